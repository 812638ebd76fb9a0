import { define } from './define.ts';

export const DATES = define('date and time', {
  CURRENT_DATE: ['[STRING] -> DATE', 'Today, in UTC or a zone.'],
  CURRENT_DATETIME: ['[STRING] -> DATETIME', 'Now, in UTC or a zone.'],
  CURRENT_TIME: ['[STRING] -> TIME', 'Time of day now, in UTC or a zone.'],
  CURRENT_TIMESTAMP: [' -> TIMESTAMP', 'Now.'],
  DATE: [
    'INT64, INT64, INT64 -> DATE | DATETIME -> DATE | TIMESTAMP, [STRING] -> DATE | DATE -> DATE | STRING -> DATE',
    'A date of year, month and day, or of a time.',
  ],
  DATETIME: [
    `INT64, INT64, INT64, INT64, INT64, INT64 -> DATETIME | DATE, [TIME] -> DATETIME | TIMESTAMP, [STRING] -> DATETIME |
    DATETIME -> DATETIME | STRING -> DATETIME`,
    'A date and time without zone.',
  ],
  TIME: [
    'INT64, INT64, INT64 -> TIME | TIMESTAMP, [STRING] -> TIME | DATETIME -> TIME | TIME -> TIME',
    'A time of day.',
  ],
  TIMESTAMP: [
    'STRING, [STRING] -> TIMESTAMP | DATE, [STRING] -> TIMESTAMP | DATETIME, [STRING] -> TIMESTAMP | TIMESTAMP -> TIMESTAMP',
    'An instant of text, date or time in UTC or a zone.',
  ],
  DATE_ADD: [
    'DATE, INTERVAL -> DATE | DATETIME, INTERVAL -> DATETIME | TIMESTAMP, INTERVAL -> TIMESTAMP',
    'Later by an interval.',
  ],
  DATE_SUB: [
    'DATE, INTERVAL -> DATE | DATETIME, INTERVAL -> DATETIME | TIMESTAMP, INTERVAL -> TIMESTAMP',
    'Earlier by an interval.',
  ],
  DATE_DIFF: [
    'DATE, DATE, PART -> INT64 | DATETIME, DATETIME, PART -> INT64 | TIMESTAMP, TIMESTAMP, PART -> INT64',
    'Boundaries of a part between two dates.',
  ],
  DATE_TRUNC: [
    'DATE, PART -> DATE | DATETIME, PART -> DATETIME | TIMESTAMP, PART, [STRING] -> TIMESTAMP',
    'The beginning of the part that the date is in.',
  ],
  DATETIME_ADD: ['DATETIME, INTERVAL -> DATETIME', 'Later by an interval.'],
  DATETIME_SUB: ['DATETIME, INTERVAL -> DATETIME', 'Earlier by an interval.'],
  DATETIME_DIFF: ['DATETIME, DATETIME, PART -> INT64', 'Boundaries of a part between two times.'],
  DATETIME_TRUNC: [
    'DATETIME, PART -> DATETIME | TIMESTAMP, PART, [STRING] -> TIMESTAMP',
    'The beginning of the part that the time is in.',
  ],
  TIME_ADD: ['TIME, INTERVAL -> TIME', 'Later by an interval, around the clock.'],
  TIME_SUB: ['TIME, INTERVAL -> TIME', 'Earlier by an interval, around the clock.'],
  TIME_DIFF: ['TIME, TIME, PART -> INT64', 'Boundaries of a part between two times.'],
  TIME_TRUNC: ['TIME, PART -> TIME', 'The beginning of the part that the time is in.'],
  TIMESTAMP_ADD: ['TIMESTAMP, INTERVAL -> TIMESTAMP', 'Later by an interval.'],
  TIMESTAMP_SUB: ['TIMESTAMP, INTERVAL -> TIMESTAMP', 'Earlier by an interval.'],
  TIMESTAMP_DIFF: ['TIMESTAMP, TIMESTAMP, PART -> INT64', 'Whole parts between two instants.'],
  TIMESTAMP_TRUNC: [
    'TIMESTAMP, PART, [STRING] -> TIMESTAMP | DATETIME, PART -> DATETIME',
    'The beginning of the part that the instant is in.',
  ],
  LAST_DAY: [
    'DATE, [PART] -> DATE | DATETIME, [PART] -> DATE',
    'The last day of the part that the date is in, a month unless told.',
  ],
  DATE_BUCKET: ['DATE, INTERVAL, [DATE] -> DATE', 'The beginning of the stretch of time that the date is in.'],
  DATETIME_BUCKET: [
    'DATETIME, INTERVAL, [DATETIME] -> DATETIME',
    'The beginning of the stretch of time that the time is in.',
  ],
  TIMESTAMP_BUCKET: [
    'TIMESTAMP, INTERVAL, [TIMESTAMP] -> TIMESTAMP',
    'The beginning of the stretch of time that the instant is in.',
  ],
  DATE_FROM_UNIX_DATE: ['INT64 -> DATE', 'The date so many days after 1970-01-01.'],
  UNIX_DATE: ['DATE -> INT64', 'Days since 1970-01-01.'],
  TIMESTAMP_SECONDS: ['INT64 -> TIMESTAMP', 'The instant so many seconds after 1970.'],
  TIMESTAMP_MILLIS: ['INT64 -> TIMESTAMP', 'The instant so many milliseconds after 1970.'],
  TIMESTAMP_MICROS: ['INT64 -> TIMESTAMP', 'The instant so many microseconds after 1970.'],
  UNIX_SECONDS: ['TIMESTAMP -> INT64', 'Seconds since 1970.'],
  UNIX_MILLIS: ['TIMESTAMP -> INT64', 'Milliseconds since 1970.'],
  UNIX_MICROS: ['TIMESTAMP -> INT64', 'Microseconds since 1970.'],
  FORMAT_DATE: ['STRING, DATE -> STRING | STRING, DATETIME -> STRING', 'A date written by a format.'],
  FORMAT_DATETIME: ['STRING, DATETIME -> STRING', 'A date and time written by a format.'],
  FORMAT_TIME: ['STRING, TIME -> STRING', 'A time of day written by a format.'],
  FORMAT_TIMESTAMP: ['STRING, TIMESTAMP, [STRING] -> STRING', 'An instant written by a format, in UTC or a zone.'],
  PARSE_DATE: ['STRING, STRING -> DATE', 'A date read by a format.'],
  PARSE_DATETIME: ['STRING, STRING -> DATETIME', 'A date and time read by a format.'],
  PARSE_TIME: ['STRING, STRING -> TIME', 'A time of day read by a format.'],
  PARSE_TIMESTAMP: ['STRING, STRING, [STRING] -> TIMESTAMP', 'An instant read by a format, in UTC or a zone.'],
  INTERVAL: ['INT64 -> INTERVAL', 'An interval of so many parts.'],
  MAKE_INTERVAL: [
    '[year => INT64], [month => INT64], [day => INT64], [hour => INT64], [minute => INT64], [second => INT64] -> INTERVAL',
    'An interval of years, months, days, hours, minutes and seconds.',
  ],
  JUSTIFY_DAYS: ['INTERVAL -> INTERVAL', 'Thirty days each made a month.'],
  JUSTIFY_HOURS: ['INTERVAL -> INTERVAL', 'Twenty-four hours each made a day.'],
  JUSTIFY_INTERVAL: ['INTERVAL -> INTERVAL', 'Hours made days, days made months.'],
  EXTRACT: ['TIMESTAMP, [STRING] -> INT64', 'A part of a date or time.'],
});
