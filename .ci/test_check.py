"""Does the checker see what it is for? `pytest .ci/test_check.py`: a small house, and one fault at a time."""
import json

import pytest
from check import faults


def cells(*sources): return [dict(cell_type='markdown' if s.startswith('# ') else 'code', id=f'c{i}', metadata={}, source=s.splitlines(True), **({} if s.startswith('# ') else dict(outputs=[], execution_count=None))) for i, s in enumerate(sources)]


class House:
    "A package of two rooms, and its notebooks."
    def __init__(self, root):
        self.nbs, self.lib = root/'nbs', root/'ldu'
        self.module('toy/spiral', 'def spiral(): pass')
        self.module('model/base', 'from ..toy.spiral import spiral\nfrom ..shipped import home')
        self.module('shipped', 'home = 1')
        self.notebook('1_points/01_spiral', '# Spiral\n\nThen [base](../2_models/02_base.ipynb).', '#| default_exp toy.spiral', '#| exports\ndef spiral(): pass')
        self.notebook('2_models/02_base', '# Base', '#| default_exp model.base', '#| export\nfrom ldu.toy.spiral import spiral', '#| exports\nclass Base: pass')
        self.notebook('experiments/steps', '# Steps\n\nOf [the base](../2_models/02_base.ipynb#why).', 'from ldu.model.base import spiral')
    def module(self, name, text):
        p = self.lib/f'{name}.py'
        p.parent.mkdir(parents=True, exist_ok=True)
        p.write_text(text)
    def notebook(self, name, *sources):
        p = self.nbs/f'{name}.ipynb'
        p.parent.mkdir(parents=True, exist_ok=True)
        p.write_text(json.dumps(dict(cells=cells(*sources), metadata={}, nbformat=4, nbformat_minor=5)))
    def faults(self, later={}, twice={}): return faults(self.nbs, self.lib, later, twice)


@pytest.fixture
def house(tmp_path): return House(tmp_path)


def test_no_fault(house): assert house.faults() == []


@pytest.mark.parametrize('line', ['from ..model.base import Base', 'from ..model import base', 'import ldu.model.base', 'def f():\n    from ldu.model.base import Base', "where = 'ldu.model.base:Base'"])
def test_a_room_above(house, line):
    house.module('toy/budget', line)
    assert house.faults() == ['toy.budget imports model.base, which lies above it']


def test_an_unknown_room(house):
    house.module('attic/box', '')
    assert 'attic.box' in house.faults()[0]


def test_the_ground_knows_no_room(house):
    house.module('shipped', 'from .toy.spiral import spiral')
    assert house.faults() == ['shipped imports toy.spiral, which lies above it']


def test_a_later_notebook(house):
    house.notebook('1_points/01_spiral', '# Spiral', '#| default_exp toy.spiral', 'from ldu.model import base')
    assert house.faults() == ['1_points/01_spiral imports model.base, which 2_models/02_base explains later']
    assert house.faults(later={('1_points/01_spiral', 'model.base'): 'a reason'}) == []


def test_exemptions_only_shrink(house):
    assert len(house.faults(later={('1_points/01_spiral', 'model.base'): 'a reason'})) == len(house.faults(twice={'spiral': 'a reason'})) == 1


def test_an_experiment_that_exports(house):
    house.notebook('experiments/steps', '# Steps', '#| default_exp toy.steps', '#| export\ndef steps(): pass')
    assert house.faults() == ['experiments/steps exports: move what it exports into the library']


@pytest.mark.parametrize('line', ['from nbs.experiments import steps', 'from experiments.steps import x', 'import nbs.experiments.steps', '%run ../experiments/steps.ipynb'])
def test_an_experiment_that_is_imported(house, line):
    house.notebook('library/tables', '# Tables', line)
    assert house.faults() == ['library/tables imports the experiment steps']


def test_a_name_defined_twice(house):
    house.notebook('experiments/steps', '# Steps', 'def spiral(): pass')
    assert house.faults() == ['spiral is defined in 1_points/01_spiral and experiments/steps']
    assert house.faults(twice={'spiral': 'a reason'}) == []


def test_what_is_not_a_second_definition(house):
    house.notebook('library/tables', '# Tables', 'def helper(): pass', 'def _spiral(): pass', '@patch\ndef spiral(self:Base): pass')
    house.notebook('experiments/steps', '# Steps', 'def helper(): pass')
    assert house.faults() == []


def test_a_dead_link(house):
    house.notebook('library/tables', '# Tables\n\nSee [spiral](../1_points/01_spiral.ipynb), [steps](steps.ipynb#x).')
    assert house.faults() == ['library/tables links to steps.ipynb, which is not there']


@pytest.mark.parametrize('said', ['notebook 09b', 'Notebooks 01 and 02', '`01_spiral`', '`09b_gates`', '01_spiral.ipynb'])
def test_a_mention_without_a_link(house, said):
    house.notebook('library/tables', f'# Tables\n\nIt is in {said}.')
    assert len(house.faults()) == 1 and house.faults()[0].endswith('without a link')


def test_what_is_not_a_mention(house):
    house.notebook('library/tables', '# Tables\n\nThis notebook has 10 cells, a notebook of 2 [notebook 01](../1_points/01_spiral.ipynb).\n\n```\nnotebook 09b\n```')
    assert house.faults() == []
