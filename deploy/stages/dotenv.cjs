/**
 * Whether `.env` is read: by a `serverless offline` or `invoke local` that a person has typed. Not by the API of `npm start` and
 * `npm test`, whose starter sets every variable, and never for a deployment.
 */
const isOfStarter = process.env.OFFLINE_LOCATION !== undefined
module.exports = require('./target.cjs') === 'local' && !isOfStarter ? true : null
