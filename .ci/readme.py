"""README.md from nbs/index.ipynb: `python .ci/readme.py` writes it; with `--check` it only says whether README.md is what index gives.

Pictures among index's outputs become files nbs/images/readme_*.png; relative links are made to work from the top folder."""
import re, sys

from docs import page
from execnb.nbio import nb2str
from fastcore.script import call_parse
from nbconvert import MarkdownExporter
from nbdev.config import get_config
from nbformat import reads


def readme():
    "The text of README.md, and the pictures it shows: {path: bytes}."
    cfg = get_config()
    nbs = cfg.nbs_path.relative_to(cfg.config_path).as_posix()
    nb = page(cfg.nbs_path/'index.ipynb')
    for cell in nb.cells:
        if cell.cell_type == 'code': cell.source = re.sub(r'^#\|.*\n?', '', cell.source, flags=re.M)
    names = {'unique_key': 'readme', 'output_files_dir': f'{nbs}/images'}
    text, res = MarkdownExporter().from_notebook_node(reads(nb2str(nb), 4), names)

    def from_top(m): return m[1] + (f'{nbs}/' if (cfg.nbs_path/m[2].split('#')[0]).is_file() else '') + m[2]
    text = re.sub(r'(\]\(|(?:src|href)=")([^)"\s:]+)', from_top, text)
    return re.sub(r'\n{3,}', '\n\n', text).strip() + '\n', res['outputs']


@call_parse
def main(check:bool=False): # write nothing; exit status 1 if README.md is not what index gives
    "Make README.md from nbs/index.ipynb"
    cfg = get_config()
    text, pictures = readme()
    new = {cfg.config_path/'README.md': text.encode()} | {cfg.config_path/k: v for k, v in pictures.items()}
    stale = [p for p in (cfg.nbs_path/'images').glob('readme_*') if p not in new]
    differ = [p for p, v in new.items() if not p.exists() or p.read_bytes() != v] + stale
    names = ', '.join(str(p.relative_to(cfg.config_path)) for p in differ)
    if check: sys.exit(f'{names}: not what nbs/index.ipynb gives; run `python .ci/readme.py`' if differ else 0)
    for p in stale: p.unlink()
    for p, v in new.items():
        p.parent.mkdir(exist_ok=True)
        p.write_bytes(v)
    print(f'wrote {names}' if differ else 'README.md is what nbs/index.ipynb gives')
