import fc from 'fast-check';
import { expect, test } from 'vitest';
import { circle } from './circle.ts';
import { arc } from './sphere.ts';

test('vertices are those of BigQuery, to the last digit', () => {
  const [first, second] = circle([0, 0], 100 / 6_371_010, 32);
  expect(first?.map((degrees) => degrees.toPrecision(15))).toEqual(['-0.000899307563648656', '0.00000476633008714216']);
  expect(second?.map((degrees) => degrees.toPrecision(15))).toEqual(['-0.000882957485856079', '-0.000170771455785793']);
});

test('all lie at the radius, and the ring is closed', () => {
  const centre = fc.tuple(
    fc.double({ min: -179, max: 179, noNaN: true }),
    fc.double({ min: -80, max: 80, noNaN: true }),
  );
  fc.assert(
    fc.property(
      centre,
      fc.double({ min: 1e-6, max: 0.1, noNaN: true }),
      fc.integer({ min: 1, max: 16 }),
      (middle, radius, quarter) => {
        const ring = circle(middle, radius, quarter * 4);
        expect(ring).toHaveLength(quarter * 4 + 1);
        expect(ring.at(-1)).toEqual(ring[0]);
        for (const vertex of ring) expect(arc(middle, vertex) / radius).toBeCloseTo(1, 6);
      },
    ),
  );
});
