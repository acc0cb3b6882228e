"""Many machines at once: one report about a folder of collected files, and scripts to collect them.

Ansible, Intune, ConfigMgr or a file share collects; this room reads what comes back. It makes one
`MachineRow` of each machine, adds the rows up, and shows the sums.
"""
