/** `k6/metrics`: metrics of a scenario's own. */
import { ownMetric } from '../run-state.ts'

const makeCounter = ownMetric('counter')

export class Counter {
  readonly add: ReturnType<typeof makeCounter>['add']

  constructor(...args: Parameters<typeof makeCounter>) {
    this.add = makeCounter(...args).add
  }
}
