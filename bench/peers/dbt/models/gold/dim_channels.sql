select channel_id, channel_name, updated_at
from {{ ref('silver_channels') }}
