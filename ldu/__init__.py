"""Latent diffusion unlearning: protect pictures from being learned by image generators.

`import ldu` loads no PyTorch. The names below, which a user types, come from their rooms when they are first asked for:
`from ldu import protect`."""

__version__ = "0.0.1"

_HANDED_ON = {
    'people': 'world.portraits', 'COLLECTIONS': 'world.portraits',
    'read_picture': 'pictures.reading', 'show': 'pictures.reading', 'write_picture': 'pictures.files',
    'score': 'measure.metrics', 'identity_cosines': 'measure.metrics',
    'LatentDiffusion': 'model.base',
    'personalize': 'attack.personalize', 'personalize_files': 'attack.files', 'generate_files': 'attack.files',
    'purify': 'attack.purifiers', 'purify_files': 'attack.purifiers',
    'protect': 'protection.objective', 'protect_files': 'protection.photographs',
    'score_files': 'bench.report'}
__all__ = ['__version__', *_HANDED_ON]


def __getattr__(name):
    "A name that is handed on, from its room."
    if name not in _HANDED_ON: raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    from importlib import import_module
    return getattr(import_module(f'{__name__}.{_HANDED_ON[name]}'), name)


def __dir__(): return sorted({*globals(), *__all__})
