#!/usr/bin/env node
const path = require('node:path');
const { loadChunk } = require('./chunks.js');

const { main } = loadChunk(path.join(__dirname, '../dist/bundle/natsarc.js'));

void main(process.argv.slice(2)).then((isWritten) => {
  // Left to itself the process would first put all of its memory in order.
  if (isWritten) process.exit();
});
