/** The cells of every table row below a heading, without code marks; header and ruler rows are left out. */
export function tableRows(markdown: string, heading?: string): string[][] {
  const text = heading === undefined ? markdown : section(markdown, heading);
  return text
    .split('\n')
    .filter((line, index, lines) => line.startsWith('|') && !isRuler(line) && !isRuler(lines[index + 1] ?? ''))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim().replace(/^`(.*)`$/, '$1')),
    );
}

/** What stands below a heading, up to the next of its level. */
export function section(markdown: string, heading: string): string {
  const [, text = ''] = markdown.split(`\n## ${heading}\n`);
  return text.split(/\n## /)[0] ?? '';
}

export function headings(markdown: string): string[] {
  return [...markdown.matchAll(/^## (.+)$/gm)].map(([, name = '']) => name);
}

/** Targets of links that lead to other files of the project, and to places in them: `../a.md#b`. */
export function relativeLinks(markdown: string): string[] {
  const prose = markdown.replace(/^```.*?^```/gms, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^\w+:/.test(target));
}

/** The name by which a heading is linked to. */
export function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, name = '']) =>
    name
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function isRuler(line: string): boolean {
  return /^\|[-|\s:]+\|$/.test(line);
}
