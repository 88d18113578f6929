import { serveJobs } from '../workers/serve-jobs.ts';
import { runVerifyJob } from './verify/errand.ts';

serveJobs(runVerifyJob);
