import streamlit as st
from nemo.collections.asr.models import ASRModel

model = ASRModel.from_pretrained("nvidia/parakeet-tdt-0.6b-v2")  # expect: APP008


def other():
    return ASRModel.restore_from("other.nemo")  # expect: APP008


upload = st.file_uploader("Audio")
if upload is not None and st.button("Transcribe"):
    second = other()
    st.write(second.transcribe([upload.name])[0].text)
    st.write(model.transcribe([upload.name])[0].text)
