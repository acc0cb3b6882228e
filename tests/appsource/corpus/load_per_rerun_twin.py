import streamlit as st
from nemo.collections.asr.models import ASRModel


@st.cache_resource(show_spinner=False)
def load():
    return ASRModel.from_pretrained("nvidia/parakeet-tdt-0.6b-v2")


def on_demand():
    return ASRModel.restore_from("large.nemo")


model = load()
if "other" not in st.session_state:
    st.session_state.other = ASRModel.restore_from("other.nemo")

upload = st.file_uploader("Audio")
if upload is not None:
    st.write(model.transcribe([upload.name])[0].text)
