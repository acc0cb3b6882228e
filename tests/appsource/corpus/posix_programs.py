import subprocess


def typed(text):
    subprocess.run(["xdotool", "type", "--", text], check=False)  # expect: APP014
    subprocess.run(["notify-send", "done"], check=False)  # expect: APP014
    subprocess.Popen("wl-copy", stdin=subprocess.PIPE).communicate(text.encode())  # expect: APP014


def guarded(text):
    import shutil

    if shutil.which("xclip"):
        subprocess.run(["xclip", "-selection", "clipboard"], input=text.encode(), check=False)
