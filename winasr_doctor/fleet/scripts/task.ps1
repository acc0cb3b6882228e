# winasr_doctor: for a scheduled task that group policy creates, at logon, as the user. Its action:
#   powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -File THIS_FILE
# The task's last result is 0 (no errors), 3 (errors found), or 1 or 2 (the scan itself failed).
@examine@
Write-Output $line
exit $code
