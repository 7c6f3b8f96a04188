# Two targets of one image: `docker build --target cpu .` and `docker build --target cuda .` (the last one is the default).
#   docker run --rm -v "$PWD:/workspace" archbench run quickstart
#   docker run --rm --gpus all --shm-size 8g -v "$PWD:/workspace" archbench run my_suite.toml
# Suites, data and runs belong into the mounted folder; the image holds the program alone.
ARG PYTHON=3.12

FROM python:${PYTHON}-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY architectures architectures
COPY bench bench
COPY reports reports
COPY suites suites
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:${PYTHON}-slim AS base
# torch.compile needs a compiler; git tells a record the revision of the mounted folder.
# The base image moves with its security updates, and these with it.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends g++ git \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 1000 bench
COPY --from=build /wheels /wheels
COPY constraints.txt /
ENV BENCH_CACHE=/workspace/.cache/archbench \
    PYTHONUNBUFFERED=1
WORKDIR /workspace
ENTRYPOINT ["bench"]
CMD ["--help"]

FROM base AS cpu
# Where packages of PyTorch without the CUDA libraries lie, a tenth of the size; by default the ordinary ones are taken.
ARG EXTRA_INDEX_URL=
RUN PIP_EXTRA_INDEX_URL="${EXTRA_INDEX_URL}" pip install --no-cache-dir --constraint /constraints.txt /wheels/*.whl
USER 1000

# PyTorch's own packages bring the CUDA libraries, so that the driver of the host is all that is needed.
FROM base AS cuda
ENV NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
RUN pip install --no-cache-dir --constraint /constraints.txt /wheels/*.whl nvidia-ml-py
USER 1000
