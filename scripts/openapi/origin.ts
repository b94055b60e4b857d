/** Where `npm start` serves the API. */
export const LOCAL_ORIGIN = 'http://127.0.0.1:8080'
