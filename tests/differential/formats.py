# SPDX-License-Identifier: Apache-2.0
"""Which codecs are drawn for which containers, and how ffmpeg is asked for them."""

# container: (ending, video codecs, audio codecs); those of a picture's file
VIDEO_CONTAINERS = {
    "mp4": ("mp4", ["h264", "h264", "h264", "hevc", "mpeg4", "vp9"], ["aac", "aac", "mp3", "ac3", "alac", "opus", "flac"]),
    "mov": ("mov", ["h264", "h264", "hevc", "prores", "mjpeg", "qtrle", "mpeg4"],
            ["aac", "pcm_s16le", "pcm_s16be", "pcm_s24le", "alac", "adpcm_ima_qt", "pcm_mulaw", "mp3"]),
    "matroska": ("mkv", ["h264", "h264", "hevc", "vp8", "vp9", "mpeg4", "mpeg2video", "mjpeg", "ffv1", "theora"],
                 ["aac", "mp3", "ac3", "eac3", "opus", "vorbis", "flac", "alac", "pcm_s16le", "pcm_s24le", "dca", "mp2"]),
    "webm": ("webm", ["vp8", "vp9", "av1"], ["opus", "vorbis"]),
    "mpegts": ("ts", ["h264", "h264", "hevc", "mpeg2video", "mpeg4"], ["aac", "mp3", "mp2", "ac3", "eac3", "opus"]),
    "flv": ("flv", ["h264", "flv1"], ["aac", "mp3", "pcm_s16le", "speex", "nellymoser"]),
    "avi": ("avi", ["mpeg4", "mjpeg", "h264", "ffv1", "huffyuv", "msmpeg4"],
            ["mp3", "pcm_s16le", "ac3", "adpcm_ima_wav", "adpcm_ms", "mp2"]),
    "ogg": ("ogv", ["theora"], ["vorbis", "opus", "flac", "speex"]),
    "nut": ("nut", ["h264", "mpeg4", "ffv1"], ["pcm_s16le", "mp3", "vorbis", "aac"]),
    "asf": ("wmv", ["wmv2", "msmpeg4"], ["wmav2", "mp3"]),
    "vob": ("mpg", ["mpeg2video"], ["mp2", "ac3"]),
}
# container: (ending, audio codecs); those of sound alone
AUDIO_CONTAINERS = {
    "wav": ("wav", ["pcm_s16le", "pcm_s16le", "pcm_u8", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_mulaw", "pcm_alaw",
                    "adpcm_ima_wav", "adpcm_ms", "adpcm_yamaha", "mp3", "gsm_ms", "mp2"]),
    "rf64": ("wav", ["pcm_s16le"]),
    "w64": ("w64", ["pcm_s16le", "pcm_s24le", "adpcm_ms"]),
    "aiff": ("aiff", ["pcm_s16be", "pcm_s24be", "pcm_mulaw"]),
    "au": ("au", ["pcm_s16be", "pcm_mulaw", "pcm_f32be"]),
    "caf": ("caf", ["pcm_s16le", "pcm_s16be", "alac", "opus", "adpcm_ima_qt", "pcm_mulaw"]),
    "mp3": ("mp3", ["mp3"]),
    "adts": ("aac", ["aac"]),
    "flac": ("flac", ["flac"]),
    "ipod": ("m4a", ["aac", "alac"]),
    "mp4": ("mp4", ["aac", "mp3", "ac3", "opus", "flac"]),
    "matroska": ("mka", ["aac", "mp3", "ac3", "eac3", "opus", "vorbis", "flac", "alac", "pcm_s16le", "pcm_f32le", "dca",
                         "mp2", "wavpack", "tta", "truehd"]),
    "webm": ("webm", ["opus", "vorbis"]),
    "ogg": ("ogg", ["vorbis", "flac", "speex", "opus"]),
    "opus": ("opus", ["opus"]),
    "mp2": ("mp2", ["mp2"]),
    "ac3": ("ac3", ["ac3"]),
    "eac3": ("eac3", ["eac3"]),
    "wv": ("wv", ["wavpack"]),
    "tta": ("tta", ["tta"]),
    "asf": ("wma", ["wmav2", "mp3"]),
    "mpegts": ("ts", ["aac", "mp3", "mp2", "ac3"]),
    "nut": ("nut", ["pcm_s16le", "vorbis"]),
    "3gp": ("3gp", ["aac"]),
}

VIDEO_ENCODERS = {
    "h264": ["libx264", "-preset", "veryfast", "-crf", "22"],
    "hevc": ["libx265", "-preset", "ultrafast", "-crf", "24", "-x265-params", "log-level=none:pools=none:frame-threads=1"],
    "vp8": ["libvpx", "-b:v", "600k", "-deadline", "realtime", "-cpu-used", "8", "-qmax", "30"],
    "vp9": ["libvpx-vp9", "-b:v", "600k", "-deadline", "realtime", "-cpu-used", "8", "-qmax", "36"],
    "av1": ["libsvtav1", "-preset", "10", "-crf", "8", "-svtav1-params", "lp=1"],
    "mpeg4": ["mpeg4", "-q:v", "3"],
    "msmpeg4": ["msmpeg4", "-q:v", "3"],
    "wmv2": ["wmv2", "-q:v", "3"],
    "flv1": ["flv", "-q:v", "3"],
    "mpeg2video": ["mpeg2video", "-q:v", "3"],
    "mjpeg": ["mjpeg", "-q:v", "3", "-huffman", "optimal"],
    "prores": ["prores_ks", "-profile:v", "1"],
    "ffv1": ["ffv1", "-level", "3"],
    "huffyuv": ["huffyuv"],
    "theora": ["libtheora", "-q:v", "8"],
    "qtrle": ["qtrle"],
}
# Codecs that can do no other pixels; the rest is 4:2:0 with 8 bits unless drawn otherwise.
FIXED_PIXELS = {"prores": "yuv422p10le", "mjpeg": "yuvj420p", "huffyuv": "yuv422p", "qtrle": "rgb24"}
MORE_PIXELS = {"h264": ["yuv422p", "yuv444p", "yuv420p10le"], "hevc": ["yuv420p10le"], "ffv1": ["yuv444p", "yuv422p10le"],
               "vp9": ["yuv444p"]}
# name: (bits, chroma subsampling)
PIXELS = {"yuv420p": (8, (2, 2)), "yuvj420p": (8, (2, 2)), "yuv422p": (8, (2, 1)), "yuv444p": (8, (1, 1)),
          "yuv420p10le": (10, (2, 2)), "yuv422p10le": (10, (2, 1)), "rgb24": (8, (1, 1))}
EVEN_ONLY = {"h264", "hevc", "prores", "flv1", "wmv2", "msmpeg4", "mjpeg", "huffyuv", "theora", "mpeg2video", "mpeg4", "av1"}
WITH_BFRAMES = {"h264", "hevc", "mpeg4", "mpeg2video"}
# Rates that MPEG-2 and others can say; times finer than a frame are no part of them.
CONSTANT_ONLY = {"mpeg4", "mpeg2video", "msmpeg4", "wmv2", "theora", "flv1"}
CONSTANT_CONTAINERS = {"avi", "ogg", "vob"}
MPEG2_RATES = {"24000/1001", "24", "25", "30000/1001", "30", "50", "60000/1001", "60"}

AUDIO_ENCODERS = {
    "opus": "libopus", "vorbis": "libvorbis", "mp3": "libmp3lame", "speex": "libspeex", "gsm_ms": "libgsm_ms",
}
EXPERIMENTAL = {"dca", "truehd"}
OPUS_RATES = [8000, 12000, 16000, 24000, 48000]
AAC_RATES = [8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000, 96000]
AUDIO_RATES = {
    "opus": OPUS_RATES, "speex": [8000, 16000, 32000], "gsm_ms": [8000], "aac": AAC_RATES,
    "mp3": [8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000],
    "mp2": [16000, 22050, 24000, 32000, 44100, 48000], "ac3": [32000, 44100, 48000], "eac3": [32000, 44100, 48000],
    "dca": [44100, 48000], "truehd": [44100, 48000, 96000], "nellymoser": [8000, 11025, 22050, 44100],
    "vorbis": [8000, 11025, 16000, 22050, 32000, 44100, 48000], "wmav2": [8000, 11025, 16000, 22050, 44100],
    "adpcm_ima_qt": [22050, 44100, 48000],
}
ANY_RATES = [8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 96000]
MONO_ONLY = {"gsm_ms", "nellymoser", "speex"}
MANY_CHANNELS = {"pcm_s16le", "pcm_s24le", "pcm_f32le", "aac", "flac", "opus", "vorbis", "ac3", "alac", "wavpack", "dca"}
# In these containers other rates are no valid choice.
CONTAINER_RATES = {"flv": {"aac": [22050, 44100, 48000], "mp3": [11025, 22050, 44100], "pcm_s16le": [11025, 22050, 44100],
                           "speex": [16000], "nellymoser": [8000, 11025, 22050, 44100]},
                   "vob": {"mp2": [32000, 44100, 48000], "ac3": [48000]},
                   "mpegts": {"mp2": [32000, 44100, 48000], "opus": [48000]},
                   "mp4": {"mp3": [16000, 22050, 24000, 32000, 44100, 48000]}}
# Lengths of a coded frame; lengths of the sound are drawn around multiples of them.
FRAME_SAMPLES = {"aac": 1024, "mp3": 1152, "mp2": 1152, "opus": 960, "ac3": 1536, "eac3": 1536, "alac": 4096,
                 "flac": 4608, "gsm_ms": 320, "speex": 320, "dca": 512, "wmav2": 2048, "truehd": 40,
                 "adpcm_ima_qt": 64, "nellymoser": 256}


def packet_s(codec, rate):
    """How long a packet of FFmpeg's encoder lasts, roughly, seconds."""
    if codec in ("tta", "wavpack"):
        return 1.0
    if codec == "opus":
        return 0.02
    if codec == "flac":
        return 0.1
    if codec in ("mp3", "mp2") and rate < 32000:
        return 576 / rate if codec == "mp3" else 1152 / rate
    return FRAME_SAMPLES.get(codec, 1024) / rate


# Packets carry times that can jump.
# A frame of these needs the one before it, so a file that lacks some is damaged.
NEVER_WITH_GAPS = {"truehd"}
GAP_CONTAINERS = {"matroska", "webm", "mpegts", "flv", "mp4", "mov", "ipod", "nut"}
# The start of the timeline can be late.
LATE_CONTAINERS = {"matroska", "webm", "mpegts", "mp4", "mov", "ipod", "flv", "nut"}
# Two files one behind the other are a file.
JOINABLE = {"mp3", "adts", "mpegts", "mp2", "ac3", "eac3", "ogg", "opus", "vob"}
SEGMENTABLE = {"matroska", "webm", "mpegts", "mp4", "mov", "ipod", "mp3", "adts", "nut"}
