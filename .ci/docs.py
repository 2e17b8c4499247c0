"""The documentation site, from the same notebooks: `python .ci/docs.py` writes `_docs/`; open `_docs/index.html`.

nbdev's processors turn a notebook into a page's cells (hidden cells go, symbols are linked, exports ask for an entry);
the entries come from the exported modules; Sphinx and MyST-NB draw it all. No cell is run: stored outputs are shown.
Any warning, and any link within the site that leads nowhere, is an error. Nothing is fetched."""
import re, shutil, sys
from importlib import import_module
from inspect import Parameter, Signature, cleandoc, formatannotation, getsourcelines, signature
from operator import attrgetter
from os.path import normpath
from pathlib import Path
from urllib.parse import unquote

from execnb.nbio import mk_cell, read_nb, write_nb
from fastcore.docments import docments
from fastcore.script import call_parse
from nbdev.config import get_config
from nbdev.doclinks import NbdevLookup, nbglob
from nbdev.frontmatter import FrontmatterProc
from nbdev.processors import FilterDefaults, exec_show_docs

# What a page loads from outside: each package of the npm registry, its version, and the one file that is used.
scripts = {'maths':   ('mathjax', '3.2.2', 'es5/tex-svg-full.js'),
           'widgets': ('@jupyter-widgets/html-manager', '1.0.15', 'dist/embed.js')}

css = '''.source { float: right; font-size: .85em }
.notebook { display: block; text-align: right; font-size: .85em }
.entry { display: block; margin-top: 2.5em; border-top: 1px solid var(--pst-color-border) }
.bd-sidebar-primary { max-width: 13rem } .bd-sidebar-secondary { max-width: 15rem }
.bd-article-container { max-width: 64em !important }
div.highlight pre { font-size: .8em }
.bd-header { display: none }'''


class Page(FilterDefaults):
    "nbdev's steps from notebook to page, without front matter (it keeps only the title cell's first lines) and without running cells."
    def base_procs(self): return [p for p in super().base_procs() if p not in (FrontmatterProc, exec_show_docs)]


def page(path):
    "The notebook at `path` as nbdev shows it to readers."
    nb = read_nb(path)
    Page()(nb)
    nb.metadata['language_info'] = dict(name='python', pygments_lexer='ipython3')  # nbdev_clean drops it; it colours the code
    return nb


def page_name(path):
    "1_points/03_spiral.ipynb → 1_points/spiral, the name that nbdev's links use."
    path = Path(path)
    return path.with_name(re.sub(r'^\d+[a-z0-9]*_', '', path.stem.lower())).as_posix()


def exports(path):
    "The names that the notebook exports, methods included, and the module that has them."
    cfg = get_config()
    here = f'{page_name(path.relative_to(cfg.nbs_path))}.html#'
    for module, syms in import_module(f'{cfg.lib_path.name}._modidx').d['syms'].items():
        names = [k[len(module)+1:] for k, (link, _) in syms.items() if link.startswith(here)]
        if names: return names, import_module(module)
    return [], None


def call_line(name, sym):
    "How to call `sym`, in one line: names and defaults; types stand in the table below it."
    try: sig = signature(sym)
    except (TypeError, ValueError): return name
    return name + str(Signature([p.replace(annotation=Parameter.empty) for p in sig.parameters.values() if p.name != 'self']))


def params_table(sym):
    "The docments of `sym`: name, type, default and meaning of each parameter and of what it returns; nothing where there are none."
    params = docments(sym, full=True)
    if not any(p.docment for p in params.values()): return ''
    def code(o, text): return '' if o is Parameter.empty else f'`{text(o)}`'
    rows = [('returns' if k == 'return' else f'`{k}`', code(p.anno, formatannotation), code(p.default, repr), p.docment or '')
            for k, p in params.items() if k not in ('self', 'return') or p.docment]
    used = [any(col) for col in zip(*rows)]  # a column with nothing in it is left out
    rows = [('', 'type', 'default', ''), ('---',)*4] + rows
    rows = [[o for o, u in zip(row, used) if u] for row in rows]
    return '\n'.join('| ' + ' | '.join(o.replace('|', '\\|').replace('\n', ' ') for o in row) + ' |' for row in rows)


def line_of(sym):
    "The end of a link to a symbol's source, where Python knows its line."
    try: return f'#L{getsourcelines(getattr(sym, "fget", sym))[1]}'
    except (OSError, TypeError): return ''


def entry(name, module, also, level):
    "A symbol's entry as a markdown cell. `also`: names of members with no entry of their own; links to them arrive here."
    sym = attrgetter(name)(module)
    src = NbdevLookup().code(f'{module.__name__}.{name}').split('#')[0] + line_of(sym)
    parts = [f'<span class="entry" id="{name.lower()}"></span>' + ''.join(f'<span id="{o.lower()}"></span>' for o in also),
             f'<a class="source" href="{src}">source</a>', '#'*level + ' ' + name.replace('_', r'\_'),
             f'```python\n{call_line(name, sym)}\n```', NbdevLookup().linkify(cleandoc(sym.__doc__ or '')) or '', params_table(sym)]
    return mk_cell('\n\n'.join(parts), 'markdown')


def alt_text(cell):
    "The alternative text that is stored with the cell's picture, or None."
    said = [v['alt'] for o in cell.get('outputs', []) for v in o.get('metadata', {}).values() if isinstance(v, dict) and 'alt' in v]
    return said[0] if said else None


def sphinx_cells(nb, path):
    "The cells of a page as MyST-NB wants them."
    (names, module), level = exports(path), 1
    shown = [re.search(r'^show_doc\(([\w.]+)', c.source, flags=re.M) for c in nb.cells]
    shown = [m and m[1] for m in shown]
    for cell, name in zip(nb.cells, shown):
        if name: yield entry(name, module, [o for o in names if o.startswith(name+'.') and o not in shown], level+1)
        elif cell.cell_type == 'markdown':
            prose = re.sub(r'^```.*?^```', '', cell.source, flags=re.M|re.S)
            level = ([level] + [len(h) for h in re.findall(r'^(#+) ', prose, flags=re.M)])[-1]
            cell.source = re.sub(r'\]\(([\w./]+\.ipynb)', lambda m: f']({page_name(m[1])}.ipynb', cell.source)
            yield cell
        else:
            cell.source = re.sub(r'^#\|.*\n?', '', cell.source, flags=re.M)
            if text := alt_text(cell): cell.metadata['mystnb'] = dict(image=dict(alt=text))
            yield cell


def lost_widgets(nb, path):
    "Widgets that a page would leave out, because the notebook was saved without their state, as sentences."
    kind = 'application/vnd.jupyter.widget-{}+json'.format
    state = nb.metadata.get('widgets', {}).get(kind('state'), {}).get('state', {})
    for data in [o.get('data', {}) for c in nb.cells for o in c.get('outputs', [])]:
        if kind('view') in data and data[kind('view')]['model_id'] not in state:
            yield f"{path.name}: no state is stored for the widget {''.join(data.get('text/plain', ''))[:60]!r}"


def contents(names):
    "The table of contents, a part for each folder: MyST's toctrees."
    top, parts = [o for o in names if '/' not in o and o != 'index'], {}
    for name in names:
        if '/' in name: parts.setdefault(name.split('/')[0], []).append(name)
    if top: yield '```{toctree}\n:hidden:\n\n' + '\n'.join(top) + '\n```'
    for folder, some in parts.items():
        caption = re.sub(r'^\d+_', '', folder).replace('_', ' ').capitalize()
        yield f'```{{toctree}}\n:hidden:\n:caption: {caption}\n\n' + '\n'.join(some) + '\n```'


def write_pages(src):
    "Write every notebook's page into the folder `src`; returns faults as sentences."
    cfg = get_config()
    def place(p): # the course first, by its numbers; then the library, then the experiments
        folder = p.relative_to(cfg.nbs_path).parent.as_posix()
        return p.stem != 'index', folder != '.', not folder[0].isdigit(), folder != 'library', folder, p.name
    nbs = sorted(nbglob(as_path=True), key=place)
    names = [page_name(p.relative_to(cfg.nbs_path)) for p in nbs]
    faults = [f'two notebooks would make the page {o}' for o in {o for o in names if names.count(o) > 1}]
    for path, name in zip(nbs, names):
        nb = page(path)
        faults += lost_widgets(nb, path)
        nb.cells = list(sphinx_cells(nb, path))
        if name == 'index': nb.cells.append(mk_cell('\n\n'.join(contents(names)), 'markdown'))
        else:
            url = f'{cfg.git_url}/blob/{cfg.branch}/{path.relative_to(cfg.config_path)}'
            link = f'<a class="notebook" href="{url}">this page as a notebook</a>'
            nb.cells[0].source = re.sub(r'(?m)^(# .*)', rf'\1\n\n{link}', nb.cells[0].source, count=1)
        (src/name).parent.mkdir(exist_ok=True)
        write_nb(nb, src/f'{name}.ipynb')
    images = cfg.nbs_path/'images'
    if images.exists(): shutil.copytree(images, src/'images')
    return faults


def settings(js):
    "Sphinx's settings. `js`: None for scripts from a CDN, or a folder `node_modules` to take them from."
    cfg = get_config()
    url = {k: 'https://cdn.jsdelivr.net/npm/{}@{}/{}'.format(*v) if js is None else Path(v[2]).name for k, v in scripts.items()}
    theme = dict(repository_url=cfg.git_url, use_repository_button=True, use_download_button=False, navbar_persistent=[], show_toc_level=2)
    return dict(
        project=cfg.title, author=cfg.author, copyright=cfg.copyright, version=cfg.version, html_title=cfg.title,
        extensions=['myst_nb', 'sphinx_copybutton'], html_theme='sphinx_book_theme', html_theme_options=theme,
        html_static_path=['_static'], html_css_files=['site.css'], mathjax_path=url['maths'], nb_ipywidgets_js={url['widgets']: {}},
        html_copy_source=False, html_show_sourcelink=False, html_use_index=False, smartquotes=False,
        myst_enable_extensions=['dollarmath', 'amsmath', 'html_image'], myst_heading_anchors=4,
        suppress_warnings=['myst.header'],  # an entry may stand two levels below the page's title
        nb_execution_mode='off', nb_execution_cache_path='.cache', nb_merge_streams=True)


def html_files(site):
    "The site's pages, without the theme's own files."
    return [p for p in site.rglob('*.html') if not p.relative_to(site).parts[0].startswith('_')]


def dead_links(site):
    "Links inside the site that lead nowhere, as sentences."
    pages = {p.relative_to(site).as_posix(): p.read_text(encoding='utf-8') for p in html_files(site)}
    ids = {name: set(re.findall(r'\b(?:id|name)="([^"]+)"', html)) for name, html in pages.items()}
    for name, html in pages.items():
        for link in sorted(set(re.findall(r'(?:href|src)="([^":]+)"', html))):
            file, _, target = unquote(link).partition('#')
            file = file.split('?')[0]
            file = normpath((Path(name).parent/file).as_posix()) if file else name
            if not (site/file).exists(): yield f'{name}: {link} is not there'
            elif target and file in ids and target not in ids[file]: yield f'{name}: {link} has no such target'


@call_parse
def main(js:Path=None): # for reading offline: a node_modules folder with mathjax and @jupyter-widgets/html-manager; default: a CDN
    "Build the documentation site from the notebooks"
    from sphinx.application import Sphinx
    cfg = get_config()
    out, src = cfg.doc_path, cfg.config_path/'_proc'
    for d in (src, out): shutil.rmtree(d, ignore_errors=True)
    (src/'_static').mkdir(parents=True)
    (src/'_static/site.css').write_text(css)
    if js: [shutil.copy(js/package/file, src/'_static') for package, _, file in scripts.values()]
    faults = write_pages(src)
    app = Sphinx(src, None, src/'html', src/'.doctrees', 'html', confoverrides=settings(js), status=None, warningiserror=True)
    app.build()
    shutil.move(src/'html', out)
    for p in html_files(out):  # nbdev's links to our own site work from any folder, offline too
        up = '../'*(len(p.relative_to(out).parts)-1)
        p.write_text(p.read_text(encoding='utf-8').replace(f'href="{cfg.doc_host}{cfg.doc_baseurl}', f'href="{up}'), encoding='utf-8')
    faults += dead_links(out)
    print(*faults, sep='\n')
    if app.statuscode or faults: sys.exit('The site has faults, listed above.')
    print(f'{out}/index.html')
