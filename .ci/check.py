"""Does the house stand? `python .ci/check.py` reads notebooks and modules, runs nothing, and names every fault in a sentence.

1. The rooms of the package: a module imports its own room and those below, never one above.
2. The thread (notebooks in numbered folders) imports nothing that a later notebook of the thread exports.
3. Nothing imports an experiment, and no experiment exports.
4. No two notebooks define one exported name.
5. Links between notebooks lead somewhere, and a mention of a notebook is a link.
What is exempt today stands with its reason in the tables below; an exemption that is no longer needed is a fault too, so they only shrink."""
import ast, json, re, sys
from pathlib import Path

# From the ground up. What is in no room (`shipped`, `__init__`) is below all of them.
rooms = 'toy world pictures measure model attack protection bench cli'.split()

# Rule 2. (thread notebook, module of a later one): reason.
later = {}

# Rule 4. name: reason.
of_two_kinds = 'two rooms have one each; one of them gets a name of its own'
beside = 'the people of faces stand beside those of the shipped bases until a base is trained on them; then the old ones go'
helper = "a notebook's own helper hides the exported name; it gets another"
twice = {
    'CARD': of_two_kinds, 'MARKS': of_two_kinds, 'RECIPES': of_two_kinds, 'SMOKE': of_two_kinds, 'measure': of_two_kinds,
    'round_trip': of_two_kinds, 'summary': of_two_kinds,
    **dict.fromkeys('BEARDS CLOTH EYES GLASSES HAIR HAIR_STYLES HATS LAYERS SKIN WALL describe identity render shot'.split(), beside),
    'train_rho': 'the teaching loop of points and that of pictures become one',
    'WAYS': helper, 'change': helper, 'draw': helper, 'dreambooth': helper, 'keep': helper,
    'paint': helper, 'pattern': helper, 'protected': helper, 'show': helper, 'slopes': helper, 'story': helper,
    'table': helper, 'toy': helper}


def code(cell): return cell['cell_type'] == 'code' and ''.join(cell['source'])
def exported(src): return bool(re.search(r'^#\|\s*exports?\b', src, flags=re.M))


class Notebook:
    "What the rules ask of a notebook."
    def __init__(self, path, top):
        self.path, self.name = path, path.relative_to(top).with_suffix('').as_posix()
        cells = json.loads(path.read_text(encoding='utf-8'))['cells']
        self.prose = [''.join(c['source']) for c in cells if c['cell_type'] == 'markdown']
        self.code = [s for s in map(code, cells) if s]
        self.trees = [(s, tree(s)) for s in self.code]
        self.module = next((m[1] for s in self.code for m in re.finditer(r'^#\|\s*default_exp\s+(\S+)', s, flags=re.M)), None)
        self.exports = any(map(exported, self.code))
        self.thread = bool(re.match(r'(\d+_\w+/)?\d+_', self.name))
        self.experiment = self.name.startswith('experiments/')


def tree(src):
    "A cell's syntax, magics and shell lines left out."
    return ast.parse(re.sub(r'^\s*[%!].*', '', src, flags=re.M))


def imported(node, lib='ldu', package=''):
    "The modules of `lib`, without its name, that a tree imports or names in a string, and the names taken from each: (module, names)."
    for o in ast.walk(node):
        if isinstance(o, ast.Constant) and isinstance(o.value, str) and (m := re.fullmatch(rf'{lib}\.([\w.]+)(?::\w+)?', o.value)): yield m[1], []
        elif isinstance(o, ast.Import):
            for a in o.names:
                if a.name.startswith(lib+'.'): yield a.name[len(lib)+1:], []
        elif isinstance(o, ast.ImportFrom):
            module = o.module or ''
            if o.level:
                up = package.split('.') if package else []
                module = '.'.join([lib] + up[:len(up)-o.level+1] + ([module] if module else []))
            if module == lib or module.startswith(lib+'.'): yield module[len(lib)+1:], [a.name for a in o.names]


def modules_of(module, names, known):
    "The modules that an import reaches: `from ldu.world import ink` reaches world.ink."
    if module in known: return [module]
    return [m for m in (f'{module}.{n}'.lstrip('.') for n in names) if m in known]


def storey(module):
    "How high a module lies; what is in no room lies below."
    room = module.split('.')[0]
    return rooms.index(room) if '.' in module and room in rooms else -1


def upward(lib):
    "Rule 1."
    files = {p.relative_to(lib).with_suffix('').as_posix().replace('/', '.'): p for p in lib.rglob('*.py') if not p.name.startswith('_')}
    for name, p in sorted(files.items()):
        if '.' in name and name.split('.')[0] not in rooms: yield f'{name}: this room is not in the list of rooms'
        for module, names in imported(ast.parse(p.read_text(encoding='utf-8')), lib.name, name.rpartition('.')[0]):
            for m in modules_of(module, names, files):
                if storey(m) > storey(name): yield f'{name} imports {m}, which lies above it'


def out_of_order(nbs, exempt):
    "Rule 2."
    thread = [n for n in nbs if n.thread]
    known, unused = {n.module for n in nbs if n.module}, set(exempt)
    for i, n in enumerate(thread):
        ahead = {o.module: o.name for o in thread[i+1:] if o.module}
        seen = {m for _, t in n.trees for module, names in imported(t) for m in modules_of(module, names, known) if m in ahead}
        for m in sorted(seen):
            if (n.name, m) in exempt: unused.discard((n.name, m))
            else: yield f'{n.name} imports {m}, which {ahead[m]} explains later'
    for name, m in sorted(unused): yield f'{name} no longer imports {m}: strike it from the table `later` in .ci/check.py'


def experiments_imported(nbs):
    "Rule 3."
    names = {n.name.split('/')[-1] for n in nbs if n.experiment}
    for n in nbs:
        if n.experiment and (n.exports or n.module): yield f'{n.name} exports: move what it exports into the library'
        for s, t in n.trees:
            said = {m for module, ns in imported(t, 'nbs') for m in [module, *ns]} | {m for module, ns in imported(t, 'experiments') for m in [module, *ns]}
            run = re.findall(r'^\s*%run\s+(?:-\w+\s+)*\S*?experiments/(\w+)', s, flags=re.M)
            for m in sorted({o.split('.')[-1] for o in said} & names | set(run)): yield f'{n.name} imports the experiment {m}'


def defined_twice(nbs, exempt):
    "Rule 4: functions, classes and constants in capitals; a method patched into a class is not a name of its own."
    homes, public = {}, set()
    for n in nbs:
        for s, t in n.trees:
            for o in t.body:
                if isinstance(o, (ast.FunctionDef, ast.ClassDef)):
                    if any('patch' in ast.dump(d) for d in o.decorator_list): continue
                    names = [o.name]
                elif isinstance(o, ast.Assign): names = [e.id for a in o.targets for e in ast.walk(a) if isinstance(e, ast.Name) and e.id.isupper()]
                else: continue
                for name in names:
                    if name.startswith('_'): continue
                    homes.setdefault(name, set()).add(n.name)
                    if exported(s): public.add(name)
    found = {k: sorted(v) for k, v in homes.items() if k in public and len(v) > 1}
    for k, v in sorted(found.items()):
        if k not in exempt: yield f"{k} is defined in {' and '.join(v)}"
    for k in sorted(set(exempt)-set(found)): yield f'{k} is defined once: strike it from the table `twice` in .ci/check.py'


def prose_of(text): return re.sub(r'^```.*?^```', '', text, flags=re.M | re.S)


def dead_links(nbs):
    "Rule 5, links."
    for n in nbs:
        for text in map(prose_of, n.prose):
            for target in re.findall(r'\]\(([^)#:\s]+\.ipynb)(?:#[^)]*)?\)', text) + re.findall(r'(?:href|src)="([^"#:]+)(?:#[^"]*)?"', text):
                if not (n.path.parent/target).is_file(): yield f'{n.name} links to {target}, which is not there'


def plain_mentions(nbs):
    "Rule 5, mentions: a number, or a notebook's own name in backticks, outside a link."
    stems = '|'.join(sorted({re.escape(n.path.stem) for n in nbs if re.match(r'\d', n.path.stem)}, key=len, reverse=True)) or '$^'
    for n in nbs:
        for text in map(prose_of, n.prose):
            bare = re.sub(r'\[[^\]]*\]\([^)]*\)', '', text)
            for m in re.finditer(rf'\b[Nn]otebooks?\s+`?\d\d\w*|\b\d\d[a-e]?_[a-z]\w*\.ipynb|`(?:{stems}|\d\d[a-e]?_[a-z]+)`', bare):
                yield f'{n.name} mentions {m[0]!r} without a link'


def faults(top, lib, later=later, twice=twice):
    "Every fault, as a sentence."
    paths = sorted(p for p in top.rglob('*.ipynb') if not any(o.startswith(('.', '_')) for o in p.relative_to(top).parts))
    nbs = [Notebook(p, top) for p in paths]
    return [*upward(lib), *out_of_order(nbs, later), *experiments_imported(nbs), *defined_twice(nbs, twice), *dead_links(nbs), *plain_mentions(nbs)]


if __name__ == '__main__':
    root = Path(__file__).parent.parent
    found = faults(root/'nbs', root/'ldu')
    print(*found, sep='\n')
    sys.exit(f'{len(found)} faults' if found else 0)
