from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import Pool, Process, get_context
from multiprocessing.pool import ThreadPool


def work(path):
    return model.transcribe([path])


if __name__ == "__main__":
    with ThreadPoolExecutor(4) as threads:
        threads.map(work, ["a.wav"])  # expect: APP008, APP009
    with ThreadPoolExecutor(1) as one:
        one.map(work, ["a.wav"])  # expect: APP009
    with ProcessPoolExecutor(2) as processes:
        processes.submit(work, "a.wav")  # expect: APP009
    with Pool(2) as pool:
        pool.map(work, ["a.wav"])
    with ThreadPool(2) as several:
        several.map(work, ["a.wav"])  # expect: APP008
    with get_context("spawn").Pool(2) as spawned:
        spawned.map(work, ["a.wav"])
    context = get_context("spawn")
    context.Pool(2).apply_async(work, ("a.wav",))  # expect: APP009
    Process(target=work, args=("a.wav",)).start()
