def test_the_app_leaves_nothing_open(app):
    app.transcribe("a.wav")
