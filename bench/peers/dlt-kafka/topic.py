"""Every message of a topic, appended to a table of DuckDB: `python topic.py <topic>`. A resource of dlt over Confluent's client, as dlt's own source is."""
import os
import sys

import dlt
import orjson
from confluent_kafka import Consumer, TopicPartition

topic = sys.argv[1]
together = 20_000


@dlt.resource(name="events", write_disposition="append")
def events():
    consumer = Consumer(
        {
            "bootstrap.servers": os.environ["KAFKA_BOOTSTRAP_SERVERS"],
            "group.id": "bench",
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
        }
    )
    partitions = consumer.list_topics(topic, timeout=10).topics[topic].partitions
    left = 0
    for partition in partitions:
        low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=10)
        left += high - low
    consumer.assign([TopicPartition(topic, partition, 0) for partition in partitions])
    while left > 0:
        rows = [orjson.loads(message.value()) for message in consumer.consume(min(together, left), timeout=1.0)]
        left -= len(rows)
        yield rows
    consumer.close()


pipeline = dlt.pipeline("load", destination=dlt.destinations.duckdb("loaded.duckdb"), dataset_name="bronze", progress=None)
pipeline.run(events(), loader_file_format="parquet").raise_on_failed_jobs()
