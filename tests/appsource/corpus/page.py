import gradio as gr

gr.Interface(print, "text", "text").launch()  # expect: APP006
