/** When the iterations of an arrival-rate scenario begin. */

/** `target`: iterations in a unit of time at its end. `duration`: in ms. */
export interface Stage {
  target: number
  duration: number
}

/**
 * The time of each iteration in ms from the start. The rate moves in a straight line from stage to stage, and iteration
 * n begins when n of them are due by it. At a constant rate the first begins at once.
 */
export function* arrivalTimes(startRate: number, stages: Stage[], timeUnitMs: number): Generator<number> {
  let rate = startRate
  let stageStartMs = 0
  let dueBefore = 0
  let next = 0
  for (const { target, duration } of stages) {
    const units = duration / timeUnitMs
    const dueInStage = ((rate + target) / 2) * units
    for (; next < dueBefore + dueInStage; next++)
      yield stageStartMs + timeUnitMs * unitsUntilDue(next - dueBefore, rate, (target - rate) / units)
    dueBefore += dueInStage
    stageStartMs += duration
    rate = target
  }
}

/** Units of time until `count` are due at a rate that begins with `rate` and changes by `slope` in each. */
function unitsUntilDue(count: number, rate: number, slope: number): number {
  if (count <= 0) return 0
  if (slope === 0) return count / rate
  return (Math.sqrt(Math.max(rate * rate + 2 * slope * count, 0)) - rate) / slope
}
