"""Does the spiral's slider work in a real browser? `pytest .ci/browser_test.py`, with jupyterlab, playwright and a chromium installed.

Opens nbs/1_points/03_spiral.ipynb in JupyterLab, runs all its cells, moves the slider k with the keyboard and reads the label beside it.
Skipped with a reason where the browser or playwright is missing.
CHROMIUM=/path/to/chromium chooses the browser, SCREENSHOT=file.png keeps a picture of the end, NOTEBOOK=folder/name another notebook."""
import json, os, re, secrets, shutil, socket, subprocess, sys, time
from pathlib import Path
from urllib.request import urlopen

import pytest

sync_api = pytest.importorskip('playwright.sync_api', reason='playwright is not installed: pip install playwright')
pytest.importorskip('jupyterlab', reason="jupyterlab is not installed: pip install -e '.[dev]'")
chromium = os.environ.get('CHROMIUM') or shutil.which('chromium') or shutil.which('chromium-browser') or shutil.which('google-chrome')
if not chromium: pytest.skip('no chromium found: install one, or name it in CHROMIUM', allow_module_level=True)

nbs = Path(__file__).parent.parent/'nbs'
notebook = os.environ.get('NOTEBOOK', '1_points/03_spiral.ipynb')


def wait_for(done, seconds, what):
    "Poll `done` until it is true."
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if res := done(): return res
        except OSError: pass
        time.sleep(.25)
    pytest.fail(f'after {seconds} s still no {what}')


@pytest.fixture
def lab(tmp_path):
    "A JupyterLab on a copy of the notebook, all of its state under a temporary folder: (address, function that asks its API)."
    (tmp_path/'nbs').mkdir()
    for plugin, setting in (('notebook-extension/tracker', '{"windowingMode": "none"}'),  # else cells out of sight are not in the page
                            ('apputils-extension/notification', '{"fetchNews": "false"}')):
        file = tmp_path/f'settings/@jupyterlab/{plugin}.jupyterlab-settings'
        file.parent.mkdir(parents=True)
        file.write_text(setting)
    shutil.copy(nbs/notebook, tmp_path/'nbs')
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        port = s.getsockname()[1]
    token, url = secrets.token_hex(8), f'http://127.0.0.1:{port}'
    env = os.environ | {f'JUPYTER_{k}_DIR': str(tmp_path/k.lower()) for k in ('CONFIG', 'DATA', 'RUNTIME')}
    env |= dict(JUPYTERLAB_SETTINGS_DIR=str(tmp_path/'settings'), JUPYTERLAB_WORKSPACES_DIR=str(tmp_path/'workspaces'), OMP_NUM_THREADS='1')
    cmd = [sys.executable, '-m', 'jupyterlab', '--no-browser', '--allow-root', '--ip=127.0.0.1', f'--port={port}',
           f'--IdentityProvider.token={token}']
    with open(tmp_path/'log', 'w') as log: server = subprocess.Popen(cmd, cwd=tmp_path/'nbs', env=env, stdout=log, stderr=log)
    def ask(path): return json.load(urlopen(f'{url}/api/{path}?token={token}', timeout=5))
    try:
        wait_for(lambda: ask('status'), 120, 'JupyterLab')
        yield f'{url}/lab/tree/{Path(notebook).name}?token={token}&reset', ask
    finally:
        server.terminate()
        try: server.wait(20)
        except subprocess.TimeoutExpired: server.kill()


@pytest.fixture
def browser_page():
    flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
             '--disable-component-update', '--disable-sync']
    with sync_api.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=chromium, args=flags)
        page = browser.new_page(viewport=dict(width=1400, height=1000))
        page.set_default_timeout(120_000)
        sync_api.expect.set_options(timeout=60_000)
        yield page
        if shot := os.environ.get('SCREENSHOT'): page.screenshot(path=shot)
        browser.close()


def kernel_ready(ask):
    "One kernel, idle, and the page connected to it: only then do widgets hear of each other."
    return any(k['execution_state'] == 'idle' and k['connections'] > 0 for k in ask('kernels'))


def test_slider_moves_the_label(lab, browser_page):
    "The number in the label follows the slider k."
    (url, ask), page = lab, browser_page
    page.goto(url)
    wait_for(lambda: kernel_ready(ask), 240, 'kernel connected to the page')
    page.get_by_role('menuitem', name='Run', exact=True).click()
    page.get_by_role('menuitem', name='Run All Cells', exact=True).click()
    slider = page.locator('.widget-slider', has=page.locator('.widget-label', has_text=re.compile(r'\bk$'))).first
    slider.wait_for(timeout=600_000)
    wait_for(lambda: kernel_ready(ask), 300, 'end of the cells')
    slider.scroll_into_view_if_needed()
    handle, readout = slider.locator('.noUi-handle'), slider.locator('.widget-readout')
    def label(value): return page.locator('.widget-label', has_text=re.compile(rf'\bk\s*=\s*{value}\b')).first
    before = readout.inner_text()
    sync_api.expect(label(before)).to_be_visible()
    handle.focus()
    page.keyboard.press('ArrowRight')
    sync_api.expect(readout).not_to_have_text(before)
    sync_api.expect(label(readout.inner_text())).to_be_visible()
