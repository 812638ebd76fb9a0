import type { FrameBound, WindowSpec } from '../ast/expression.ts';
import type { BoundFrameBound, BoundWindow } from '../bound.ts';
import type { Binder, Place } from './binder.ts';
import { bindExpression } from './expression.ts';
import { bindOrder } from './order.ts';
import { sameName } from './scope.ts';

/** A window, named ones written out. */
export function bindWindow(binder: Binder, place: Place, spec: WindowSpec): BoundWindow {
  const base = spec.base === undefined ? undefined : namedWindow(binder, place, spec);
  const frame = spec.frame && {
    unit: spec.frame.unit,
    start: bindBound(binder, place, spec.frame.start),
    ...(spec.frame.end === undefined ? {} : { end: bindBound(binder, place, spec.frame.end) }),
  };
  const partitionBy = spec.partitionBy.map((expression) => bindExpression(binder, place, expression));
  const orderBy = spec.orderBy.map((item) => bindOrder(binder, place, item));
  return {
    partitionBy: partitionBy.length > 0 ? partitionBy : (base?.partitionBy ?? []),
    orderBy: orderBy.length > 0 ? orderBy : (base?.orderBy ?? []),
    ...(frame === undefined ? (base?.frame === undefined ? {} : { frame: base.frame }) : { frame }),
  };
}

function namedWindow(binder: Binder, place: Place, spec: WindowSpec): BoundWindow {
  const { base } = spec;
  const found = base && place.windows?.find((window) => sameName(window.name.name, base.name));
  if (base === undefined || found === undefined) {
    throw binder.fail('window', spec, `Unrecognized window alias ${base?.name ?? ''}`);
  }
  // A window can build only on those named before it, so that none refers to itself.
  const before = place.windows?.slice(0, place.windows.indexOf(found)) ?? [];
  return bindWindow(binder, { ...place, windows: before }, found.window);
}

function bindBound(binder: Binder, place: Place, bound: FrameBound): BoundFrameBound {
  if (!('offset' in bound)) return bound;
  return { kind: bound.kind, offset: bindExpression(binder, place, bound.offset) };
}
