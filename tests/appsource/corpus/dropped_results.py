import multiprocessing
from concurrent.futures import ProcessPoolExecutor, wait

from faster_whisper import WhisperModel


def work(path):
    segments, info = WhisperModel("small").transcribe(path)
    with open(f"{path}.txt", "w", encoding="utf-8") as file:
        file.writelines(segment.text for segment in segments)


def all_of(paths):
    with ProcessPoolExecutor() as executor:
        executor.map(work, paths)  # expect: APP009


def each_of(paths):
    futures = []
    with ProcessPoolExecutor() as executor:
        for path in paths:
            futures.append(executor.submit(work, path))  # expect: APP009
    wait(futures)


def pooled(paths):
    pool = multiprocessing.Pool(2)
    for path in paths:
        pool.apply_async(work, (path,))  # expect: APP009
    pool.map_async(work, paths)  # expect: APP009
    pool.close()
    pool.join()
