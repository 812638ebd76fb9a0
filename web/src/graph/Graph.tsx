import { memo, type ReactNode, type UIEvent, useMemo, useState } from 'react';
import { type GraphNode, layoutOf, type Placed } from './layout.ts';

const WIDTH = 200;
const HEIGHT = 30;
const GAP_X = 60;
const GAP_Y = 12;
/** Larger graphs have only those boxes drawn that are in sight, or nearly so. */
const ALL_DRAWN = 300;
const NEAR = 800;

export interface GraphBox extends GraphNode {
  readonly label: string;
  /** What its colour says, in words too. */
  readonly kind?: string;
  readonly title?: string;
}

/** Boxes and the lines between them. Boxes are buttons where something happens on a click. */
export const Graph = memo(function Graph<Box extends GraphBox>({
  label,
  boxes,
  chosen,
  onChoose,
}: {
  label: string;
  boxes: readonly Box[];
  chosen?: string;
  onChoose?: (box: Box) => void;
}) {
  const layout = useMemo(() => layoutOf(boxes), [boxes]);
  const [sight, setSight] = useState({ left: 0, top: 0, width: 1600, height: 1000 });
  const look = ({ currentTarget: { scrollLeft, scrollTop, clientWidth, clientHeight } }: UIEvent<HTMLElement>) => {
    // Every few boxes are enough: more than is in sight is drawn.
    const moved = Math.abs(scrollLeft - sight.left) + Math.abs(scrollTop - sight.top) > NEAR / 2;
    if (moved) setSight({ left: scrollLeft, top: scrollTop, width: clientWidth, height: clientHeight });
  };
  const near = (placed: Placed<Box>) =>
    left(placed) > sight.left - WIDTH - NEAR &&
    left(placed) < sight.left + sight.width + NEAR &&
    top(placed) > sight.top - NEAR &&
    top(placed) < sight.top + sight.height + NEAR;
  const left = ({ x }: Placed<Box>) => x * (WIDTH + GAP_X);
  const top = ({ y }: Placed<Box>) => y * (HEIGHT + GAP_Y);
  // One path for all lines: thousands of elements would be slow.
  const lines = layout.edges
    .map(([from, to]) => {
      const [x1, y1, x2, y2] = [left(from) + WIDTH, top(from) + HEIGHT / 2, left(to), top(to) + HEIGHT / 2];
      return `M${x1} ${y1}C${x1 + GAP_X / 2} ${y1} ${x2 - GAP_X / 2} ${y2} ${x2} ${y2}`;
    })
    .join('');
  const drawn = layout.nodes.length <= ALL_DRAWN ? layout.nodes : layout.nodes.filter(near);
  const [width, height] = [layout.columns * (WIDTH + GAP_X) - GAP_X, layout.rows * (HEIGHT + GAP_Y)];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section className="scroll graph-region" aria-label={label} tabIndex={0} onScroll={look}>
      <div className="graph" style={{ width, height }}>
        <svg width={width} height={height} aria-hidden="true">
          <path d={lines} />
        </svg>
        <ul>
          {drawn.map((placed) => {
            const { node } = placed;
            const style = { left: left(placed), top: top(placed), width: WIDTH, height: HEIGHT };
            return (
              <li key={node.id} style={style}>
                <Box
                  box={node}
                  chosen={node.id === chosen}
                  onChoose={onChoose as ((box: GraphBox) => void) | undefined}
                />
              </li>
            );
          })}
        </ul>
      </div>
    </section>
  );
}) as <Box extends GraphBox>(props: {
  label: string;
  boxes: readonly Box[];
  chosen?: string;
  onChoose?: (box: Box) => void;
}) => ReactNode;

function Box({
  box,
  chosen,
  onChoose,
}: {
  box: GraphBox;
  chosen: boolean;
  onChoose: ((box: GraphBox) => void) | undefined;
}) {
  const className = `box${box.kind === undefined ? '' : ` bar-${box.kind}`}`;
  const title = box.title ?? box.label;
  if (onChoose === undefined) {
    return (
      <span className={className} title={title}>
        {box.label}
      </span>
    );
  }
  return (
    <button type="button" className={className} title={title} aria-pressed={chosen} onClick={() => onChoose(box)}>
      {box.label}
    </button>
  );
}
