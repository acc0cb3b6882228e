# winasr_doctor: detection script for Intune Remediations. Use it without a remediation script.
# Run it with the logged-on credentials and in 64-bit PowerShell: SYSTEM has a TEMP, a OneDrive and
# a registry of its own, and the report would be about those.
# Intune keeps the last line. Exit code 0 means "without issues", any other one "with issues".
@examine@
Write-Output $line
if ($code -eq 0) { exit 0 }
exit 1
