"""A bucket that speaks S3, by django-storages: AWS, MinIO, Ceph, Cloudflare R2 and their like. Nobody is given an address in it: what is
kept there goes through the product, with its checks."""
from typing import Any

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from storages.backends.s3 import S3Storage

SPOOLED = 256 * 1024  # bytes of a fetched file that are held in memory; the rest waits on the disk


class Bucket(S3Storage):
    """`endpoint_url`: of a service that is not AWS; it is asked for the bucket in the path. `keys`: the access key and its secret; without
    them they are found where AWS' own programs look (the machine's role, `AWS_ACCESS_KEY_ID`, …)."""

    def __init__(
        self, *, bucket_name: str, endpoint_url: str | None = None, region_name: str | None = None, keys: tuple[str, str] | None = None
    ) -> None:
        given = {} if keys is None else {"access_key": keys[0], "secret_key": keys[1]}
        client = Config(
            signature_version="s3v4", s3={"addressing_style": "path" if endpoint_url else "auto"}, connect_timeout=5, read_timeout=20,
            retries={"max_attempts": 3, "mode": "standard"},
            # What others than AWS understand, too. The connection's TLS guards what travels.
            request_checksum_calculation="when_required", response_checksum_validation="when_required")
        super().__init__(
            **given, bucket_name=bucket_name, endpoint_url=endpoint_url, region_name=region_name, client_config=client, default_acl=None,
            file_overwrite=True, querystring_auth=False, gzip=False, max_memory_size=SPOOLED,
            transfer_config=TransferConfig(use_threads=False))

    def url(self, *args: Any, **kwargs: Any) -> str:
        raise NotImplementedError("what is kept here has no address of its own")
