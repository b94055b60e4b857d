/** The plugin with a fault that the benchmark must find: the first event holds its first record twice. */
import Lambda from 'serverless-offline/lambda'

export { default } from '../../src/index.ts'

let isDone = false
const { get } = Lambda.prototype

Lambda.prototype.get = function getOfTwice(functionKey) {
  const instance = get.call(this, functionKey)
  const setEvent = instance.setEvent.bind(instance)
  instance.setEvent = call => {
    // The first call of all only loads the function.
    if (!isDone && call.event) {
      for (const records of Object.values(call.event.records)) records.unshift({ ...records[0] })
      isDone = true
    }
    setEvent(call)
  }
  return instance
}
