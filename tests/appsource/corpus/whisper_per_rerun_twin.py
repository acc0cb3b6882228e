import streamlit as st
import whisper


@st.cache_resource
def load(size):
    return whisper.load_model(size)


if "large" not in st.session_state:
    st.session_state.large = whisper.load_model("large")

upload = st.file_uploader("Audio")
if upload is not None:
    st.write(load("base").transcribe(upload.name)["text"])
