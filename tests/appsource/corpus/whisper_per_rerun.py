import streamlit as st
import whisper

upload = st.file_uploader("Audio")
size = st.selectbox("Model", ["base", "small"])


def load(size):
    return whisper.load_model(size)  # expect: APP008


model = load(size)
if upload is not None and st.button("Transcribe"):
    st.write(model.transcribe(upload.name)["text"])
