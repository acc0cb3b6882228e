def transcribe(path):
    print("✓")
    with open("out.txt", "w") as file:
        file.write(path)
