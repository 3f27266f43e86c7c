import { forgeHints } from '../../../forge/hints.ts';
import type { Service } from '../../shared/connection.ts';

export const forge: Service = {
  hints: forgeHints,
  token: {
    variables: ['FORGE_API_TOKEN', 'FORGE_TOKEN'],
    origin: 'in Laravel Forge, under the API settings of your profile',
  },
  apiUrl: 'https://forge.laravel.com/api',
};
