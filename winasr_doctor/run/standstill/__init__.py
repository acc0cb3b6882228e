"""Notices that an app hangs, and says where and why.

The parent of the app measures, about every few seconds, what all processes of the app have used
and written. Only when nothing has changed for long are they asked where their threads are.
"""
