import type { TableInfo } from '../../warehouse/port.ts';
import { type Chart, chartChoices, type Point } from '../charts.ts';
import { type Html, html } from '../html.ts';
import type { Voice } from '../language.ts';

const WIDTH = 720;
const HEIGHT = 260;
const BAR = 26;
const LEFT = 190;

/** A chart drawn by the server, with the form to choose another and the same numbers as a table. */
export function chartSection(voice: Voice, info: TableInfo, chart: Chart | undefined): Html {
  const { words, language } = voice;
  const choices = chartChoices(info);
  if (choices.by.length === 0) return html``;
  const option = (name: string, chosen: string | undefined) =>
    html`<option value="${name}"${name === (chosen ?? '') && html` selected`}>${name === '' ? words.countOfRows : name}</option>`;
  return html`<h2 id="chart">${words.chart}</h2>
<form class="bar" method="get" action="#chart"><input type="hidden" name="lang" value="${language}">
<label>${words.chartOf} <select name="value">${[...choices.value, ''].map((name) => option(name, chart === undefined ? choices.value[0] : chart.value))}</select></label>
<label>${words.chartBy} <select name="by">${choices.by.map((name) => option(name, chart?.by))}</select></label>
<button type="submit" class="plain">${words.draw}</button></form>
${chart === undefined || chart.points.length === 0 ? html`<p>${words.nothingToDraw}</p>` : drawn(voice, chart)}`;
}

function drawn(voice: Voice, chart: Chart): Html {
  const { words, number } = voice;
  const what = `${chart.value ?? words.countOfRows} ${words.chartBy.toLowerCase()} ${chart.by}`;
  const most = Math.max(...chart.points.map(({ value }) => value));
  const label = `${what}: ${number(chart.points.length)} ${words.values}, ${words.most} ${number(most)}`;
  return html`<figure class="chart">
${chart.kind === 'bar' ? bars(voice, chart.points, label) : line(voice, chart.points, label)}
<figcaption>${what}</figcaption>
<details><summary>${words.asTable}</summary><div class="scroll" role="region" aria-label="${what}" tabindex="0"><table>
<thead><tr><th scope="col">${chart.by}</th><th scope="col" class="number">${chart.value ?? words.countOfRows}</th></tr></thead>
<tbody>${chart.points.map(({ label: name, value }) => html`<tr><th scope="row">${name}</th><td class="number">${number(value)}</td></tr>`)}</tbody></table></div></details>
</figure>`;
}

function bars({ number }: Voice, points: readonly Point[], label: string): Html {
  const most = Math.max(0, ...points.map(({ value }) => value));
  const least = Math.min(0, ...points.map(({ value }) => value));
  const room = WIDTH - LEFT - 90;
  const at = (value: number) => LEFT + ((value - least) / (most - least || 1)) * room;
  return html`<svg viewBox="0 0 ${WIDTH} ${points.length * BAR}" role="img" aria-label="${label}">${points.map(
    ({ label: name, value }, index) => {
      const y = index * BAR;
      const [from, to] = [Math.min(at(0), at(value)), Math.max(at(0), at(value))];
      return html`<text x="${LEFT - 8}" y="${y + 17}" text-anchor="end">${name.length > 28 ? `${name.slice(0, 27)}…` : name}</text><rect x="${round(from)}" y="${y + 4}" width="${round(Math.max(1, to - from))}" height="${BAR - 8}"><title>${name}: ${number(value)}</title></rect><text x="${round(to + 6)}" y="${y + 17}">${number(value)}</text>`;
    },
  )}</svg>`;
}

function line({ number }: Voice, points: readonly Point[], label: string): Html {
  const values = points.map(({ value }) => value);
  const most = Math.max(0, ...values);
  const least = Math.min(0, ...values);
  const [left, bottom, top] = [80, HEIGHT - 30, 12];
  const x = (index: number) => left + (index / Math.max(1, points.length - 1)) * (WIDTH - left - 30);
  const y = (value: number) => bottom - ((value - least) / (most - least || 1)) * (bottom - top);
  const path = points
    .map(({ value }, index) => `${index === 0 ? 'M' : 'L'}${round(x(index))} ${round(y(value))}`)
    .join('');
  const ticks = [least, least + (most - least) / 2, most];
  const every = Math.max(1, Math.ceil(points.length / 6));
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">
${ticks.map((value) => html`<path class="rule" d="M${left} ${round(y(value))}H${WIDTH - 20}"/><text x="${left - 8}" y="${round(y(value)) + 4}" text-anchor="end">${number(rounded(value))}</text>`)}
${points.map(({ label: name }, index) => index % every === 0 && html`<text x="${round(x(index))}" y="${HEIGHT - 8}" text-anchor="middle">${name}</text>`)}
<path class="curve" d="${path}"/>
${points.length <= 60 && points.map(({ label: name, value }, index) => html`<circle cx="${round(x(index))}" cy="${round(y(value))}" r="3"><title>${name}: ${number(value)}</title></circle>`)}
</svg>`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** Three digits are enough on an axis. */
function rounded(value: number): number {
  return value === 0 ? 0 : Number(value.toPrecision(3));
}
