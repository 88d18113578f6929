// Loaded before the command: each thread that it starts ends before it is ready.
const threads = require('node:worker_threads');

threads.Worker = class extends threads.Worker {
  constructor(_, options) {
    super('process.exit(1)', { ...options, eval: true });
  }
};
