/** `k6/execution`: which iteration asks. */
import { contexts } from '../run-state.ts'

const current = () => {
  const context = contexts.getStore()
  if (context?.scenario === undefined) throw new Error('k6/execution: outside an iteration there is no scenario')
  return context
}

export const scenario = {
  get name() {
    return current().scenario
  },
  get iterationInTest() {
    return current().iterationInTest
  },
}

export default { scenario }
