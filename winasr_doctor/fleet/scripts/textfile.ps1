# winasr_doctor: for a scheduled task on a machine with windows_exporter and its textfile collector.
# The collector must never read half a file, so the file gets its final name when it is complete.
$textfiles = '@textfiles@'
@examine@
if ($code -ne 2) {
    $unfinished = Join-Path $textfiles 'winasr_doctor.prom.new'
    & $doctor scan --format prometheus -o $unfinished 2>$null | Out-Null
    Move-Item -LiteralPath $unfinished -Destination (Join-Path $textfiles 'winasr_doctor.prom') -Force
}
Write-Output $line
exit $code
