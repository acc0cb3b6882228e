# winasr_doctor: discovery script for a compliance setting of Configuration Manager.
# Setting type "Script", data type "String", run with the logged-on user's credentials.
# Compliance rule: the value contains "s":"pass"
# The exit code is always 0, because any other one counts as an error of the script.
@examine@
Write-Output $line
exit 0
