"""The tables used by redaction: names that identify nobody, and positions of names."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files


def words(text: str, separator: str | None = None) -> frozenset[str]:
    """Return the words of a text; more readable than a list of a hundred quoted words."""
    return frozenset(text.split(separator))


PROFILE_PARENTS = (
    *("users", "documents and settings", "home", "export/home"),
    *("benutzer", "dokumente und einstellungen", "utilisateurs", "usuarios", "usuários"),
    *("utenti", "gebruikers", "brugere", "användare", "brukere", "käyttäjät", "użytkownicy"),
    *("kullanıcılar", "пользователи", "ユーザー", "用户", "使用者", "사용자"),
    *("profiles", "profiles$", "users$", "home$", "homes", "homes$", "userdata", "userdata$"),
)
"""Folders whose subfolders are named after users.

Sources: learn.microsoft.com, "KNOWNFOLDERID" (UserProfiles; Explorer shows it in the display
language); "Folder Redirection" and "Roaming User Profiles" (the usual shares); SharePoint's
`/personal/NAME` of a OneDrive for Business; the Filesystem Hierarchy Standard, 3.8.
"""

SHARED_PROFILES = words(
    "public|default|default user|all users|shared|guest|defaultuser0|defaultapppool"
    "|wdagutilityaccount|linuxbrew|nobody|lost+found",
    "|",
)
"""Profiles that many machines have; they identify nobody. Source: learn.microsoft.com, "Local
accounts".
"""

ACCOUNTS_OF_THE_SYSTEM = words(
    "system|localsystem|local service|network service|localservice|networkservice|nt authority"
    "|nt service|builtin|authority|everyone|administrators|users|guests|trustedinstaller"
    "|windowsapps|window manager|font driver host|iis apppool|workgroup|mshome|azuread"
    "|microsoftaccount|local|root",
    "|",
)
"""Accounts and domains that are the same everywhere. Source: learn.microsoft.com, "Well-known
SIDs"."""

MEDIA = words("cdrom cdrom0 dvd floppy floppy0 usb usb0 usb1 disk sd hd nfs smb")
"""Folders below `/media` that are not a user's."""

SHARES = words(
    "admin$ ipc$ print$ fax$ home$ homes$ users$ profiles$ userdata$ data$ netlogon sysvol"
    " davwwwroot $recycle.bin"
) | {f"{letter}$" for letter in "abcdefghijklmnopqrstuvwxyz"}
"""Shares that identify nobody. Source: learn.microsoft.com, "Remove administrative shares"."""

HIVES = words("hkcu hklm hku hkcr hkcc")

PUBLIC_HOSTS = words(
    """
    localhost localhost.localdomain ip6-localhost 127.0.0.1 0.0.0.0 ::1 :: host.docker.internal
    huggingface.co hf.co hf-mirror.com github.com githubusercontent.com gitlab.com bitbucket.org
    readthedocs.org pypi.org pythonhosted.org python.org anaconda.org
    anaconda.com conda.io pytorch.org nvidia.com ngc.nvidia.com microsoft.com windows.com
    windowsupdate.com aka.ms docs.live.net onedrive.live.com dropbox.com
    google.com googleapis.com gradio.app ffmpeg.org gyan.dev openai.com
    wikipedia.org stackoverflow.com w3.org json-schema.org schemastore.org oasis-open.org
    debian.org ubuntu.com winehq.org docker.com docker.io quay.io nvcr.io ghcr.io apache.org
    gnu.org kernel.org arxiv.org keepachangelog.com semver.org sysinternals.com chocolatey.org
    example.com example.org example.net example.invalid
    """
)
"""Hosts, with all their subdomains, that say nothing about their users."""

TENANTS = ("sharepoint.com", "onmicrosoft.com", "onedrive.com", "my.salesforce.com", "box.com")
"""Domains below which a label is the name of an organisation. Sources: Microsoft 365, "Change your
SharePoint domain name"; Salesforce, "My Domain"; Box, "Custom subdomains"."""

PUBLIC_MAIL = words(
    "gmail googlemail outlook hotmail live msn yahoo icloud gmx web proton protonmail aol mail"
    " onmicrosoft sharepoint windows azure amazonaws cloudapp example users noreply qq 163 yandex"
)
"""Names in e-mail domains that belong to a provider, not an employer."""

PRIVATE_TLDS = "local|lan|corp|internal|intranet|intra|localdomain|private|ad|ads|priv|domain"
"""Top-level domains of private networks. Sources: RFC 6762, appendix G; ICANN, "Name Collision"."""

TLDS = (
    PRIVATE_TLDS + "|com|net|org|edu|gov|mil|biz|info|eu|de|at|ch|fr|es|it|nl|be|dk|se|no|fi"
    "|pl|cz|uk|ie|us|ca|mx|br|ar|au|nz|jp|cn|tw|kr|in|ru|ua|tr|za|sg|hk|cloud|tech|app"
)
"""Top-level domains recognised in a sentence; `.py`, `.sh`, `.io` or `.ai` may be a file or a
module there.
"""

PUBLIC_OWNERS = words(
    """
    nvidia nvidia-nemo nvidia-merlin openai systran guillaumekln facebook facebookresearch
    meta-llama qwen qwenlm google google-bert google-research microsoft distil-whisper
    huggingface hf-internal-testing pyannote speechbrain espnet mistralai deepseek-ai
    ibm-granite ibm usefulsensors kyutai kyutai-labs coqui suno bigscience sentence-transformers
    stabilityai eleutherai allenai pytorch python pypa psf pallets astral-sh tensorflow
    keras-team numpy scipy scikit-learn lhotse-speech k2-fsa snakers4 gradio-app gradio
    streamlit m-bain ggerganov ggml-org ctranslate2 opennmt jiaaro ffmpeg btbn gyandev
    libsndfile bastibe librosa kaldi-asr mozilla mozilla-foundation common-voice openslr deepdml
    jonatasgrosman vosk alphacep lightning-ai triton-inference-server triton-lang woct0rdho
    conda conda-forge mamba-org nvidia-ai-iot rapidsai cupy numba onnx wine-mirror
    bert-base-uncased gpt2 wav2vec2 apps actions docker library datasets
    """
)
"""Owners of public models and code on the Hub, GitHub and the like; they are kept."""

SYNC_CLIENTS = (
    "OneDrive|Dropbox|Box|Google ?Drive|Nextcloud|ownCloud|SharePoint|iCloud ?Drive|iCloud"
    "|Creative Cloud Files|MEGA|Egnyte|ShareFile|Seafile|Syncthing|pCloud|Tresorit|Citrix Files"
)
"""Clients that put an account or an organisation after their own name."""

SYNC_KINDS = words(
    "personal|business|sharepoint|mirror|stream|family|drive|team|work|private|privat|personnel"
    "|persönlich|shared|freigegeben|backup|old|files|documents|temp|1|2|3",
    "|",
)
"""What may follow a client's name without identifying anybody."""

PATH_WORDS = words(
    """
    access accelerate acer adata admin administrator administrators amd antivirus anaconda
    anaconda3 api app appdata application apps archive asr asus audio backup base bin bios boot
    box build business cache caches canary chrome client clients cloud code common conda config
    configuration corp cpu cuda current cursor custom data database dataset datasets datei debug
    default defender dell desktop dev device devices dist doc docker docs documents domain
    download downloads drive drivers dropbox edge env environment envs error exclusions exe
    export favorites ffmpeg file files fixed folder gdrive git github google gpu guest guest1 hf
    home host html http https hub hugging huggingface icloud ignore image images include index
    input intel internal invalid example json jupyter kernel lan lab laptop lenovo lhotse lib
    lib64 libraries library linux live local locallow localhost log logs main mamba master max
    media mega microsoft miniconda miniconda3 miniforge3 mirror model models movies mount music
    my name nas nemo network new nextcloud node none normal notebook ntfs null nvidia office
    offline old onedrive online open opt option org organisation output owncloud package
    packages parakeet path paths personal pictures pipeline pip portable prod profile profiles
    program programdata programs project projects proxy public pycharm python python3 python310
    python311 python312 python313 pytorch qwen ram recordings recycle registry release removable
    repo repos repository roaming root running sample samples scratch script scripts search
    secret self serv serve server servers service services set share shared sharepoint shares
    site site-packages snapshots software source sources speech src staff start stream string
    student support sync syncing syncthing synology sys system system32 system64 syswow64
    systemprofile team temp template test tester testing tests tmp token tool tools torch
    transformers tree true false type usb use user user1 username users usr utf utils value var
    venv version videos vhd vhdx virtual vista volume volumes web website whisper win win32
    win64 windows work worker workspace workstation www xxx zip

    mnt venvs geforce rtx gtx quadro tesla titan

    ai io en db py ml hf os js go to in of on us de fr id ui ok tf np pd ps cd pc
    """
)
"""Common words of paths, settings and code. A name among them is replaced only where the form shows
that it is a name (`C:\\Users\\Temp`), not in `AppData\\Local\\Temp`.
"""


@lru_cache(maxsize=1)
def prose_words() -> frozenset[str]:
    """Return the words used in our own messages.

    A name among them (`Mark`, `Will`) is replaced where its form shows that it is a name, and as a
    whole path component, but not in a sentence.
    """
    return frozenset(_data("words.txt").split()) | PATH_WORDS


@lru_cache(maxsize=1)
def public_packages() -> frozenset[str]:
    """Return widely used distributions, by their normalised names.

    Source: the two thousand most downloaded of PyPI (November 2026), and what NeMo 3.0.0 needs.
    """
    return frozenset(_data("packages.txt").split())


def _data(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def is_public_host(host: str) -> bool:
    """Return whether a host, or a domain above it, identifies nobody."""
    host = host.casefold().strip(".[]")
    labels = host.split(".")
    return any(".".join(labels[at:]) in PUBLIC_HOSTS for at in range(len(labels)))
