def show(text):
    print(f"✓ {text}")
