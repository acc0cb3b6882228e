$folder = '@folder@'
$share = '@share@'
$doctor = Join-Path $folder 'winasr-doctor.cmd'
$line = '{"v":1,"t":"","s":"crash","e":0,"w":0}'
$code = 2
if (Test-Path -LiteralPath $doctor) {
    if ($share) {
        $snapshot = Join-Path $env:TEMP 'winasr_doctor-snapshot.json'
        & $doctor snapshot -o $snapshot 2>$null | Out-Null
        $copy = Join-Path $share "$env:COMPUTERNAME.json"
        Copy-Item -LiteralPath $snapshot -Destination $copy -ErrorAction SilentlyContinue
    }
    $answer = & $doctor scan --format digest 2>$null | Select-Object -Last 1
    if ($answer) {
        $code = $LASTEXITCODE
        $line = $answer
    }
}
