import { cloudHints } from '../../cloud/hints.ts';
import type { Service } from './connection.ts';

export const cloud: Service = {
  hints: cloudHints,
  token: {
    variables: ['LARAVEL_CLOUD_TOKEN', 'LARAVEL_CLOUD_API_TOKEN'],
    origin: 'in the settings of the Laravel Cloud organization',
  },
  apiUrl: 'https://cloud.laravel.com/api',
};
