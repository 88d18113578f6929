#!/usr/bin/env node
const { main } = require('../dist/bundle/natsarc.js');

void main(process.argv.slice(2));
