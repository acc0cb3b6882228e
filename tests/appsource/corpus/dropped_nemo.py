from concurrent.futures import ProcessPoolExecutor

from nemo.collections.asr.models import ASRModel

executor = ProcessPoolExecutor(1)


def work(path):
    print(ASRModel.restore_from("m.nemo").transcribe([path])[0].text)


def start(path):
    executor.submit(work, path)  # expect: APP009
