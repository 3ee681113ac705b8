// Draws the pictures of the README again. After `cargo build`, `npm ci --prefix tests/browser`, and with Chromium:
//
//     node docs/images/draw.mjs
//
// The pages are those in reports/, so `UPDATE=1 cargo test --test samples` comes first. Where Python has Pillow, the
// pictures of pages get a palette, which halves them.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const probity = `${root}target/debug/probity`;
const images = `${root}docs/images/`;
const { chromium } = createRequire(`${root}tests/browser/package.json`)('playwright-core');

// A fault that breaks one requirement.
const FAULT = 'wrong-type';
// Lines of the failed case that are shown, of what stands behind its diff.
const EXCHANGE = 10;
const COLUMNS = 112;

const CLASSES = { 1: 'b', 2: 'd', 31: 'r', 32: 'g', 33: 'y', 34: 'l', 35: 'm', 36: 'c' };
const STYLE = `.w{fill:#fbfbf9;stroke:#d8d6cf}.t{font:13.5px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#23262b;white-space:pre}.b{font-weight:700}.d{fill:#6f747c}.r{fill:#c0262d}.g{fill:#1b7f3b}.y{fill:#8a6100}.l{fill:#2257b8}.m{fill:#8a2d9a}.c{fill:#0b7285}
@media(prefers-color-scheme:dark){.w{fill:#16181c;stroke:#33363c}.t{fill:#dfe2e7}.d{fill:#8d939c}.r{fill:#ff7b72}.g{fill:#6fd08c}.y{fill:#e3b341}.l{fill:#7fb0ff}.m{fill:#d7a1e4}.c{fill:#66d0e0}}`;

const escaped = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
const plain = (line) => line.replace(/\x1b\[[0-9;]*m/g, '');

// What a run prints on a terminal, its port and clock as in reports/.
async function printed() {
  const server = spawn(probity, ['serve', '--fault', FAULT], { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise((found) => server.stdout.on('data', (data) => {
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(data);
    if (url) found(url[0]);
  }));
  const ran = spawnSync(probity, ['run', '--target', url, '--no-report', '--color', 'always'], { encoding: 'utf8', env: { ...process.env, COLUMNS } });
  server.kill();
  if (ran.status !== 1) throw new Error(`exit ${ran.status}: ${ran.stdout}${ran.stderr}`);
  return ran.stdout.replaceAll(url, 'http://127.0.0.1:4040').replaceAll(new URL(url).host, '127.0.0.1:4040').trimEnd().split('\n');
}

// The failed case up to the beginning of its answer, and the end.
function shortened(lines) {
  const request = lines.findIndex((line) => /^ +(GET|POST|PUT|PATCH|DELETE) http/.test(plain(line)));
  const end = lines.findIndex((line) => plain(line).startsWith('probity '));
  return [...lines.slice(0, request + EXCHANGE), '  …', '', ...lines.slice(end)];
}

// A line as text of the picture: each colour is a class.
function drawn(line) {
  let classes = [];
  return line.split(/(\x1b\[[0-9;]*m)/).map((part) => {
    const codes = /^\x1b\[([0-9;]*)m$/.exec(part);
    if (codes) {
      const numbers = codes[1].split(';').map(Number);
      classes = numbers.includes(0) ? [] : [...classes, ...numbers.map((code) => CLASSES[code]).filter(Boolean)];
      return '';
    }
    const text = escaped(part);
    return text && classes.length ? `<tspan class="${classes.join(' ')}">${text}</tspan>` : text;
  }).join('');
}

function terminal(lines) {
  const title = 'A failed case: the broken requirement, the place in the case file, the schema rule, a structural diff, the exchange';
  const width = Math.ceil(Math.max(...lines.map((line) => plain(line).length)) * 8.13) + 44;
  const height = 50 + lines.length * 19 + 8;
  const rows = lines.map((line, index) => [line, 50 + index * 19]).filter(([line]) => plain(line).trim());
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
<title>${title}</title>
<style>${STYLE}</style>
<rect class="w" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="9"/>
<circle cx="20" cy="18" r="5.5" fill="#e5635c"/><circle cx="38" cy="18" r="5.5" fill="#e6b23e"/><circle cx="56" cy="18" r="5.5" fill="#57b35e"/>
${rows.map(([line, y]) => `<text class="t" x="22" y="${y}" xml:space="preserve">${drawn(line)}</text>`).join('\n')}
</svg>
`;
}

async function page(browser, report, name, height, colorScheme) {
  const page = await browser.newPage({ viewport: { width: 1200, height }, colorScheme });
  await page.goto(pathToFileURL(`${root}reports/${report}/index.html`).href);
  await page.screenshot({ path: `${images}${name}.png` });
  const palette = 'import sys; from PIL import Image; Image.open(sys.argv[1]).convert("RGB").quantize(256, dither=0).save(sys.argv[1], optimize=True)';
  try {
    execFileSync('python3', ['-c', palette, `${images}${name}.png`], { stdio: 'ignore' });
  } catch {
    console.error(`${name}.png keeps all its colours: Python has no Pillow`);
  }
}

writeFileSync(`${images}failure.svg`, terminal(shortened(await printed())));
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
await page(browser, 'missing-member', 'report-failing', 860, 'light');
await page(browser, 'reference', 'report-green', 900, 'dark');
await browser.close();
