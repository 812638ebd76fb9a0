import { describe, expect, test } from 'vitest';
import { dateOf, datetimeAt, PYTHON_MODULES, parseTemplate, renderSync, toPython, toText } from './jinja.ts';

/** What Jinja2 3.1 on Python 3.11 prints for the same templates; the address of the generator is left out. */
const PRINTED: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  numbers: [
    ['{{ 1e16 }} {{ 1.5e-5 }} {{ 0.1 + 0.2 }} {{ 100.0 }} {{ 6 / 3 }}', '1e+16 1.5e-05 0.30000000000000004 100.0 2.0'],
    ['{{ -7 // 2 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 2 ** -1 }} {{ 7.5 // 2 }}', '-4 2 -2 0.5 3.0'],
    ['{{ 2 ** 100 }} {{ 9007199254740993 * 3 }}', '1267650600228229401496703205376 27021597764222979'],
    [
      '{{ 2.5 | round }} {{ 42.55 | round(1) }} {{ 42 | round }} {{ "3.7" | int }} {{ "x" | int(-1) }}',
      '2.0 42.5 42 3 -1',
    ],
    ['{{ true + 1 }} {{ 1 == 1.0 }} {{ "1" == 1 }} {{ (1,) == [1] }}', '2 True False False'],
  ],
  texts: [
    ['{{ ["it\'s", "a\\nb", "é", "\\x01"] }}', "[\"it's\", 'a\\nb', 'é', '\\x01']"],
    [
      '{{ " a b  c ".split() }} {{ "a,b,,c".split(",", 1) }} {{ "a.b.c".rsplit(".", 1) }}',
      "['a', 'b', 'c'] ['a', 'b,,c'] ['a.b', 'c']",
    ],
    ['{{ "😀abc" | length }} {{ "😀abc"[1:] }} {{ "a😀b".find("b") }}', '4 abc 2'],
    ['{{ "they\'re".title() }} {{ "x".center(4, "*") }} {{ "-5".zfill(4) }}', "They'Re *x** -005"],
    ['{{ "%.1f|%5d|%-4s|%+d|%x|%s" % (0.25, 42, "a", 5, 255, [1]) }}', '0.2|   42|a   |+5|ff|[1]'],
    ['{{ "{:,}|{:.2f}|{:>4}|{0!r}|{a[0]}".format(1234567, 3.14159, "x", a=[9]) if false }}', ''],
    ['{{ "{:,}|{:.2f}|{:>4}|{!r}|{a[0]}".format(1234567, 3.14159, "x", "q", a=[9]) }}', "1,234,567|3.14|   x|'q'|9"],
    ['{{ "%(a)s-%(b)05.1f" % {"a": 1, "b": 2.25} }}', '1-002.2'],
  ],
  containers: [
    ['{% set l = [3, 1] %}{% do l.sort() %}{% do l.insert(0, 9) %}{{ l }}{{ l.pop() }}{{ l.index(1) }}', '[9, 1, 3]31'],
    [
      '{% set d = {"b": 1} %}{{ d.setdefault("z", []) }}{{ d.items() }}{{ d.pop("q", 4) }}',
      "[]dict_items([('b', 1), ('z', [])])4",
    ],
    ['{{ [1, 2, 3, 4][1:4:2] }} {{ (1, 2)[::-1] }} {{ "hello"[-3:] }}', '[2, 4] (2, 1) llo'],
    [
      '{{ [1, 2, 3] | select("odd") | list }} {{ [1] | select }} {{ ([] | select) and "true" }}',
      '[1, 3] <generator object> true',
    ],
    ['{{ {"a": [1, 2.0, none], "B": "<"} | tojson }}', '{"B": "\\u003c", "a": [1, 2.0, null]}'],
    [
      '{{ range(1, 6, 2) | list }} {{ 3 in range(5) }} {{ dict(a=1) }} {{ set([1, 1]) | length }}',
      "[1, 3, 5] True {'a': 1} 1",
    ],
    ['{% for g, v in [{"k": "b"}, {"k": "a"}] | groupby("k") %}{{ g }}{{ v | length }}{% endfor %}', 'a1b1'],
  ],
  loops: [
    ['{% for i in [1, 2, 3] %}{% if i == 2 %}{% continue %}{% endif %}{{ i }}{{ loop.revindex }}{% endfor %}', '1331'],
    ['{% for i in range(9) %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% else %}none{% endfor %}', '01'],
    ['{% for i in [1, 1, 2] %}{{ loop.changed(i) }}{{ loop.previtem | default("-") }}{% endfor %}', 'True-False1True1'],
    [
      '{% for n in [[1, [2]], [3]] recursive %}{{ loop.depth }}{{ loop(n) if n is iterable else n }}{% endfor %}',
      '121232123',
    ],
    ['{% for i in [1, 2] %}{% for j in [1] %}{{ loop.length }}{% endfor %}{{ loop.length }}{% endfor %}', '1212'],
  ],
  modules: [
    [
      '{% set d = modules.datetime.date(2024, 3, 31) %}{{ d - modules.datetime.timedelta(days=31) }} {{ [d] }} {{ (d - modules.datetime.date(2024, 1, 1)).days }}',
      '2024-02-29 [datetime.date(2024, 3, 31)] 90',
    ],
    [
      '{{ modules.datetime.datetime(2024, 2, 29, 13, 5, 7).strftime("%Y-%m-%d %H:%M:%S %j %A %b %p %-d") }}',
      '2024-02-29 13:05:07 060 Thursday Feb PM 29',
    ],
    ['{{ modules.datetime.datetime.strptime("31/01/24", "%d/%m/%y").isoformat() }}', '2024-01-31T00:00:00'],
    [
      '{{ modules.datetime.datetime(2018, 1, 2, 10, tzinfo=modules.pytz.utc).astimezone(modules.pytz.timezone("America/Sao_Paulo")) }}',
      '2018-01-02 08:00:00-02:00',
    ],
    [
      '{{ modules.re.sub("(\\w)(\\d)", "\\\\2\\\\1", "a1") }} {{ modules.re.search("(?P<y>\\d+)", "x24").group("y") }}',
      '1a 24',
    ],
    ['{{ modules.itertools.product([1, 2], ["a"]) | list }}', "[(1, 'a'), (2, 'a')]"],
  ],
};

describe.each(Object.keys(PRINTED))('%s', (group) => {
  test.each(PRINTED[group] ?? [])('%s', (text, printed) => {
    expect(renderSync(parseTemplate(text, 'a.sql'), { modules: PYTHON_MODULES })).toBe(printed);
  });
});

test('values of the host print as Python prints them', () => {
  expect(toText(null)).toBe('None');
  expect(toPython({ a: [true, 'x', 1.5, null] })).toBe("{'a': [True, 'x', 1.5, None]}");
  expect(toText(datetimeAt(new Date(Date.UTC(2024, 0, 2, 3, 4, 5))))).toBe('2024-01-02 03:04:05+00:00');
  expect(toPython(dateOf('2024-01-02'))).toBe('datetime.date(2024, 1, 2)');
});
