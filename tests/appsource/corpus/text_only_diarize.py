from nemo.collections.asr.models import SortformerEncLabelModel

speakers = SortformerEncLabelModel.from_pretrained("nvidia/diar_sortformer_4spk-v1")


def who(path):
    try:
        return speakers.diarize(audio=[path], batch_size=1)
    except Exception as error:  # expect: APP003
        print("failed:", error)
