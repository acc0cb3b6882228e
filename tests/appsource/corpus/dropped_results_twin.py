import logging
import multiprocessing
import threading
from concurrent.futures import ProcessPoolExecutor, as_completed

import gradio as gr
from faster_whisper import WhisperModel

model = WhisperModel("small")


def work(path):
    segments, info = model.transcribe(path)
    return [segment.text for segment in segments]


def logged(path):
    try:
        return work(path)
    except Exception:
        logging.exception("transcription failed")
        return []


def all_of(paths):
    with ProcessPoolExecutor() as executor:
        for text in executor.map(work, paths):
            print(text)
        for path in paths:
            executor.submit(logged, path)
            executor.submit(print, path)
        executor.submit(work, paths[0]).add_done_callback(print)


def each_of(paths):
    with ProcessPoolExecutor() as executor:
        futures = [executor.submit(work, path) for path in paths]
        for future in as_completed(futures):
            print(future.result())


def pooled(paths):
    with multiprocessing.Pool(2) as pool:
        pool.map(work, paths)
        pool.apply_async(work, (paths[0],), error_callback=print)
    threading.Thread(target=work, args=(paths[0],)).start()


with gr.Blocks() as page:
    path, text = gr.Textbox(), gr.Textbox()
    path.submit(work, path, text)

page.launch(show_error=True)
